import { connectAsync, type MqttClient } from "mqtt";
import type { Broker } from "./broker";
import { Listeners } from "./listeners";
import { parseTopic, RETAINED, SAID, topicOf } from "./topics";

export interface MosquittoOptions {
	/** `mqtts://user:password@host`, of a user who may order the plugin dynamic-security. */
	url: string;
	/** The authority of its certificate, PEM; the well-known ones, if absent. */
	ca?: string;
	/** ms for the plugin to obey. */
	patience?: number;
	onError(error: unknown): void;
}

/** Topics of the plugin (mosquitto, plugins/dynamic-security/README.md). */
const CONTROL = "$CONTROL/dynamic-security/v1";
const RESPONSE = `${CONTROL}/response`;
/** What this server itself may do there. */
const ROLE = "ambient16-cloud";
const PATIENCE = 10_000;

type Command = { command: string } & Record<string, unknown>;
interface Response {
	command: string;
	error?: string;
	correlationData?: string;
	data?: { client?: { roles?: { rolename: string }[] } };
}

/**
 * Mosquitto, with a login for each sensor that the plugin dynamic-security keeps. Rejects if it cannot be reached at
 * the start, or does not let this server order the plugin; later it is connected to again whenever it was lost.
 */
export async function openMosquitto({
	url,
	ca,
	patience = PATIENCE,
	onError,
}: MosquittoOptions): Promise<Broker> {
	const { username } = new URL(url);
	const client = await connectAsync(url, { ...(ca !== undefined && { ca }), reconnectPeriod: 2_000 }, false);
	client.on("error", onError);
	const listeners = new Listeners(onError);
	const devices = new Map<string, Set<string>>();
	const waiting = new Map<string, (responses: Response[]) => void>();
	let orders = 0;
	client.on("message", (topic, payload) => {
		if (topic === RESPONSE) {
			const responses = read(payload);
			waiting.get(responses[0]?.correlationData ?? "")?.(responses);
			return;
		}
		const parsed = parseTopic(topic);
		if (!parsed) return;
		devices.set(parsed.sensor, (devices.get(parsed.sensor) ?? new Set()).add(parsed.udid));
		listeners.tell(topic, payload);
	});

	/** What the plugin says to commands. Rejects if it says nothing. */
	async function order(...commands: Command[]): Promise<Response[]> {
		const correlationData = `${++orders}`;
		const marked = commands.map((command) => ({ ...command, correlationData }));
		try {
			return await new Promise((resolve, reject) => {
				waiting.set(correlationData, resolve);
				setTimeout(() => reject(new Error("Mosquitto's dynamic-security does not answer")), patience).unref();
				client.publish(CONTROL, JSON.stringify({ commands: marked }), { qos: 1 }, (error) => {
					if (error) reject(error);
				});
			});
		} finally {
			waiting.delete(correlationData);
		}
	}

	/** Lets this server itself speak with sensors. */
	async function enter(): Promise<void> {
		const user = decodeURIComponent(username);
		const [own] = await order({ command: "getClient", username: user });
		if (own?.data?.client?.roles?.some(({ rolename }) => rolename === ROLE)) return;
		await order({ command: "createRole", rolename: ROLE });
		for (const acltype of ["publishClientSend", "publishClientReceive", "subscribePattern"])
			await order({ command: "addRoleACL", rolename: ROLE, acltype, topic: "ambient16/#", allow: true });
		// It ends the connection of whoever has other rights by now.
		const again = new Promise<void>((resolve, reject) => {
			client.once("connect", () => resolve());
			setTimeout(() => reject(new Error("Mosquitto does not come back")), patience).unref();
		});
		order({ command: "addClientRole", username: user, rolename: ROLE }).catch(() => {});
		await again;
	}

	try {
		await client.subscribeAsync(RESPONSE, { qos: 1 });
		await enter();
		await client.subscribeAsync("ambient16/#", { qos: 1 });
	} catch (error) {
		await client.endAsync(true);
		throw error;
	}

	const { protocol, host } = new URL(url);
	return {
		url: `${protocol}//${host}`,
		ca,
		async admit(sensor, password) {
			const say = SAID.map((name) => right("publishClientSend", sensor, name));
			const hear = ["command", "light/set"].map((name) => right("subscribePattern", sensor, name));
			const responses = await order(
				{ command: "deleteClient", username: sensor },
				{ command: "deleteRole", rolename: sensor },
				{ command: "createRole", rolename: sensor, acls: [...say, ...hear] },
				{ command: "createClient", username: sensor, password, roles: [{ rolename: sensor }] },
			);
			const failed = responses.find(({ command, error }) => error && command.startsWith("create"));
			if (failed) throw new Error(`Mosquitto does not admit the sensor: ${failed.error}`);
		},
		async forget(sensor) {
			await order({ command: "deleteClient", username: sensor }, { command: "deleteRole", rolename: sensor });
			for (const udid of devices.get(sensor) ?? [])
				for (const name of RETAINED)
					await client.publishAsync(`${topicOf(sensor)}/${udid}/${name}`, "", { qos: 1, retain: true });
			devices.delete(sensor);
		},
		publish: (topic, payload) => publish(client, topic, payload),
		listen: (listener) => listeners.add(listener),
		close: () => client.endAsync(),
	};
}

/** MQTT.js would keep what is said while there is no connection, and an order is not to come late. */
async function publish(client: MqttClient, topic: string, payload: string): Promise<void> {
	if (!client.connected) throw new Error("the broker cannot be reached");
	await client.publishAsync(topic, payload, { qos: 1 });
}

function right(acltype: string, sensor: string, name: string) {
	return { acltype, topic: `${topicOf(sensor)}/+/${name}`, allow: true };
}

function read(payload: Buffer): Response[] {
	try {
		const { responses } = JSON.parse(payload.toString());
		return Array.isArray(responses) ? responses : [];
	} catch {
		return [];
	}
}
