import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { connectAsync, type MqttClient } from "mqtt";
import { program, Service } from "../../../test/cloud/support/service";
import { temporaryFolder } from "../../../test/support/desk";
import { freePort } from "../../../test/support/ports";
import type { SensorMessage } from "../../broker/broker";
import { openMosquitto } from "../../broker/mosquitto";
import { pairingOf } from "../../sensors/link";
import { startCloud } from "../support/cloud";
import { signUp } from "../support/visitor";
import { startMosquitto } from "./support/mosquitto";

const mosquitto = program("mosquitto", "mosquitto");
const UDID = "10000fb38278";

/** What comes with the next event. */
function next(client: MqttClient, event: "close" | "message"): Promise<unknown[]> {
	return new Promise((resolve) => client.once(event, (...what: unknown[]) => resolve(what)));
}

test("Mosquitto as the README sets it up admits sensors with their own topics, and forgets them", {
	skip: mosquitto.skip,
}, async (t) => {
	const { authority, port, service, url } = await startMosquitto(t);
	const errors: unknown[] = [];
	const open = () => openMosquitto({ url, ca: authority.ca, onError: (error) => errors.push(error) });
	const broker = await open();
	t.after(() => broker.close());
	const heard: SensorMessage[] = [];
	broker.listen((message) => heard.push(message));

	const login = async (username: string, password: string): Promise<MqttClient> => {
		const client = await connectAsync(
			`mqtts://localhost:${port}`,
			{ ca: authority.ca, username, password, clientId: `ambient16-${UDID}`, reconnectPeriod: 0 },
			false,
		);
		t.after(() => client.endAsync(true));
		client.on("error", () => {});
		return client;
	};
	await assert.rejects(login("kitchen", "k"), /not authorized|bad user/i);
	await broker.admit("kitchen", "old");
	await broker.admit("kitchen", "k");
	await broker.admit("attic", "a");
	await assert.rejects(login("kitchen", "old"), /not authorized|bad user/i);
	const kitchen = await login("kitchen", "k");
	// The same device to Mosquitto, but for use_username_as_clientid.
	const attic = await login("attic", "a");
	const topic = (sensor: string, name: string) => `ambient16/${sensor}/${UDID}/${name}`;
	await kitchen.subscribeAsync(topic("kitchen", "command"), { qos: 1 });
	for (const filter of ["#", topic("kitchen", "command"), topic("attic", "status")])
		await assert.rejects(attic.subscribeAsync(filter, { qos: 1 }), filter);
	for (const [client, to] of [
		[kitchen, topic("kitchen", "token")],
		[attic, topic("kitchen", "status")],
		[attic, topic("attic", "command")],
		[attic, topic("attic", "data")],
	] as const)
		await client.publishAsync(to, "x", { qos: 1, retain: true });
	while (heard.length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
	assert.deepEqual(heard, [
		{ sensor: "kitchen", udid: UDID, name: "token", payload: "x" },
		{ sensor: "attic", udid: UDID, name: "data", payload: "x" },
	]);
	const ordered = next(kitchen, "message");
	await broker.publish(topic("kitchen", "command"), "order");
	assert.equal(`${(await ordered)[1]}`, "order");

	const closed = next(kitchen, "close");
	await broker.forget("kitchen");
	await closed;
	await assert.rejects(login("kitchen", "k"), /not authorized|bad user/i);
	assert.equal(attic.connected, true);

	// What it was told to keep outlives both, and what it was told to forget does not come back.
	await service.stop("SIGTERM");
	await assert.rejects(broker.publish(topic("attic", "command"), "late"));
	await service.start();
	const again = await open();
	t.after(() => again.close());
	const retained: string[] = [];
	again.listen(({ sensor, name }) => retained.push(`${sensor} ${name}`));
	await login("attic", "a");
	await new Promise((resolve) => setTimeout(resolve, 200));
	assert.deepEqual(
		retained.filter((it) => it.startsWith("kitchen")),
		[],
	);
});

test("what is no Mosquitto with the plugin is told", { skip: mosquitto.skip }, async (t) => {
	const folder = temporaryFolder(t);
	const port = freePort();
	writeFileSync(join(folder, "mosquitto.conf"), `listener ${port} 127.0.0.1\nallow_anonymous true\n`);
	const service = new Service(t, [mosquitto.path, "-c", join(folder, "mosquitto.conf")], port);
	await service.start();
	await assert.rejects(
		openMosquitto({ url: `mqtt://cloud:secret@localhost:${port}`, onError: () => {}, patience: 500 }),
		/dynamic-security/,
	);
});

test("a server with Mosquitto has sensors let in as they are added, sets their light, and has them shut out", {
	skip: mosquitto.skip,
}, async (t) => {
	const { authority, url } = await startMosquitto(t);
	const mqttCa = join(temporaryFolder(t), "ca.pem");
	writeFileSync(mqttCa, authority.ca);
	const cloud = await startCloud(t, { mqttUrl: url, mqttCa });
	const ada = await signUp(cloud, "ada");
	const { headers } = await ada.submit("/sensors/new", { name: "Kitchen" });
	const page = (headers.location ?? "").replace("/link", "");
	const { database } = cloud.services;
	const { mqtt } = await pairingOf(
		cloud.services,
		await database.selectFrom("sensors").selectAll().executeTakeFirstOrThrow(),
	);
	assert.ok(!mqtt.url.includes("secret"));

	const sensor = await connectAsync(mqtt.url, {
		ca: mqtt.ca ?? "",
		username: mqtt.user,
		password: mqtt.password,
		clientId: `ambient16-${UDID}`,
		reconnectPeriod: 0,
	});
	t.after(() => sensor.endAsync(true));
	sensor.on("error", () => {});
	const topic = (name: string) => `${mqtt.topic}/${UDID}/${name}`;
	await sensor.subscribeAsync(topic("command"), { qos: 1 });
	sensor.on("message", (_topic, payload) => {
		const nc = /nc="(\d+)"/.exec(`${payload}`)?.[1];
		const body = {
			status: "ok",
			setColor: { color: "#0000ff", effect: "solid", duration: 10, intensity: 100 },
		};
		sensor.publish(topic("answer"), JSON.stringify({ nc, status: 200, body }), { qos: 1 });
	});
	await sensor.publishAsync(topic("token"), "uulroqkt", { qos: 1, retain: true });
	await sensor.publishAsync(topic("status"), "online", { qos: 1, retain: true });
	while (cloud.services.presence.of(mqtt.user)?.status !== "online")
		await new Promise((resolve) => setTimeout(resolve, 20));
	const light = { color: "#0000ff", effect: "solid", duration: "10", intensity: "100" };
	assert.match((await ada.submit(`${page}/light`, light)).text, /It shines in #0000ff for 10 s/);

	const closed = next(sensor, "close");
	await ada.submit(`${page}/remove`, {});
	await closed;
});
