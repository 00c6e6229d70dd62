import mqtt from "mqtt";
import type { Mosquitto } from "../../cloud/support/broker";
import type { Scope } from "../../support/desk";
import { atEnd } from "../../support/scope";

const SENSOR = "ambient16/10000fb38278";

/** What a broker may say in the name of a sensor. */
export interface Pretender {
	/** Of the sensor that is not there, for the one user that the broker wants. */
	url: string;
	/** The commands that have come. */
	heard: string[];
	publish(name: string, payload: string): Promise<unknown>;
}

/** Says that there is a sensor, and answers each command with all that `answers` gives for its nc, in that order. */
export async function pretending(
	scope: Scope,
	broker: Mosquitto,
	answers: (nc: string) => string[],
): Promise<Pretender> {
	const { port, user, password } = broker;
	const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { username: user, password });
	atEnd(scope, () => client.endAsync(true));
	const publish = (name: string, payload: string) =>
		client.publishAsync(`${SENSOR}/${name}`, payload, { qos: 1, retain: name !== "answer" });
	const heard: string[] = [];
	client.on("message", (_topic, payload) => {
		heard.push(payload.toString());
		const nc = /nc="(\d+)"/.exec(payload.toString())?.[1] ?? "";
		for (const answer of answers(nc)) publish("answer", answer);
	});
	await client.subscribeAsync(`${SENSOR}/command`, { qos: 1 });
	await publish("token", "uulroqkt");
	await publish("status", "online");
	return { url: `mqtt://${user}@127.0.0.1:${port}/10000fb38278`, heard, publish };
}
