import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, test } from "node:test";
import { connect as connectTls } from "node:tls";
import { connectAsync, type IClientOptions, type MqttClient } from "mqtt";
import { Authority } from "../../../test/support/authority";
import type { SensorMessage } from "../../broker/broker";
import { type OwnBroker, openOwnBroker } from "../../broker/own";
import { isRetained } from "../../broker/topics";
import { MQTT_BURST, MQTT_PACKET } from "../../limits";

const UDID = "10000fb38278";
const OTHER = "1000aabbccdd";

/** What comes with the next event. */
function next(client: MqttClient, event: "close" | "message"): Promise<unknown[]> {
	return new Promise((resolve) => client.once(event, (...what: unknown[]) => resolve(what)));
}

describe("the broker", () => {
	let authority: Authority;
	let broker: OwnBroker;
	let now = 0;
	const errors: unknown[] = [];
	const clients: MqttClient[] = [];
	const passwords = new Map([
		["kitchen", "k"],
		["attic", "a"],
	]);

	before(async () => {
		authority = await Authority.create();
		broker = await openOwnBroker({
			...(await authority.issue()),
			ca: authority.ca,
			name: "localhost",
			port: 0,
			host: "127.0.0.1",
			clock: () => now,
			verify: async (sensor, password) => passwords.get(sensor) === password,
			onError: (error) => errors.push(error),
		});
	});
	after(async () => {
		await broker.close();
		for (const client of clients) client.end(true);
		assert.deepEqual(errors, []);
	});

	async function login(username: string, options: IClientOptions = {}): Promise<MqttClient> {
		now += 3_600_000;
		const client = await connectAsync(
			`mqtts://localhost:${broker.port}`,
			{
				ca: authority.ca,
				username,
				password: passwords.get(username) ?? "",
				clientId: `ambient16-${UDID}`,
				reconnectPeriod: 0,
				...options,
			},
			false,
		);
		client.on("error", () => {});
		clients.push(client);
		return client;
	}

	/** What is said while `task` runs. */
	async function said(task: () => Promise<unknown>): Promise<SensorMessage[]> {
		const messages: SensorMessage[] = [];
		const stop = broker.listen((message) => messages.push(message));
		await task();
		stop();
		return messages;
	}

	const topic = (sensor: string, name: string, udid = UDID) => `ambient16/${sensor}/${udid}/${name}`;

	test("lets in who has the password of a sensor, with a sensor's client id", async () => {
		await login("kitchen");
		await assert.rejects(login("kitchen", { password: "a" }), /Connection refused: Bad user/);
		await assert.rejects(login("cellar", { password: "a" }), /Connection refused: Bad user/);
		await assert.rejects(login("kitchen", { password: "" }), /Connection refused: Bad user/);
		await assert.rejects(login("kitchen", { clientId: "home" }), /Connection refused: Identifier/);
	});

	test("keeps no session", async () => {
		await assert.rejects(login("kitchen", { clean: false, connectTimeout: 2_000 }));
	});

	test("tells what sensors say, and of whom", async () => {
		const kitchen = await login("kitchen");
		const attic = await login("attic");
		const messages = await said(async () => {
			await kitchen.publishAsync(topic("kitchen", "status"), "online", { qos: 1, retain: true });
			await attic.publishAsync(topic("attic", "event/motion"), "{}", { qos: 1 });
			await new Promise((resolve) => setImmediate(resolve));
		});
		assert.deepEqual(messages, [
			{ sensor: "kitchen", udid: UDID, name: "status", payload: "online" },
			{ sensor: "attic", udid: UDID, name: "event/motion", payload: "{}" },
		]);
	});

	test("orders reach the sensor that they are for, and no other", async () => {
		const heard: string[] = [];
		const kitchen = await login("kitchen");
		const attic = await login("attic");
		for (const [client, sensor] of [
			[kitchen, "kitchen"],
			[attic, "attic"],
		] as const) {
			client.on("message", (to) => heard.push(`${sensor}: ${to}`));
			await client.subscribeAsync([topic(sensor, "command"), topic(sensor, "light/set")], { qos: 1 });
		}
		await broker.publish(topic("kitchen", "command"), "a");
		await broker.publish(topic("attic", "light/set"), "b");
		while (heard.length < 2) await next(heard.length === 0 ? kitchen : attic, "message");
		assert.deepEqual(heard, [
			`kitchen: ${topic("kitchen", "command")}`,
			`attic: ${topic("attic", "light/set")}`,
		]);
	});

	test("nobody hears of more than its own orders", async () => {
		const attic = await login("attic");
		for (const filter of [
			"#",
			"+/+/+/command",
			"ambient16/#",
			"ambient16/attic/#",
			"$SYS/#",
			topic("kitchen", "command"),
			topic("attic", "command", OTHER),
			topic("attic", "token"),
			"ambient16/attic/+/command",
		])
			await assert.rejects(attic.subscribeAsync(filter), /Unspecified error|Not authorized/i, filter);
	});

	test("nobody says anything but below its own topic: whoever tries is cut off", async () => {
		for (const to of [
			topic("kitchen", "status"),
			topic("attic", "status", OTHER),
			"ambient16/attic",
			`ambient16/attic/${UDID}`,
			"$SYS/a",
			"homeassistant/light/a/config",
		]) {
			const attic = await login("attic");
			const messages = await said(async () => {
				const closed = next(attic, "close");
				attic.publish(to, "x", { qos: 1, retain: true });
				await closed;
			});
			assert.deepEqual(messages, [], to);
		}
	});

	test("what a newer firmware says is passed over, and nothing of it is kept", async () => {
		const attic = await login("attic");
		const messages = await said(async () => {
			for (const name of ["novelty", "novelty/more", "diagnostics"])
				await attic.publishAsync(topic("attic", name), "x", { qos: 1, retain: true });
			await attic.publishAsync(topic("attic", "data"), "{}", { qos: 1 });
		});
		assert.deepEqual(
			messages.map(({ name }) => name),
			["diagnostics", "data"],
		);
		assert.deepEqual(
			["novelty", "novelty/more", "diagnostics", "light"].map((name) => isRetained(topic("attic", name))),
			[false, false, true, true],
		);
	});

	test("a will is told if it is the sensor's own, and no other one", async () => {
		for (const [to, told] of [
			[topic("attic", "status"), 1],
			[topic("kitchen", "status"), 0],
		] as const) {
			const will = { topic: to, payload: Buffer.from("offline"), qos: 1, retain: true } as const;
			const attic = await login("attic", { will });
			const messages = await said(async () => {
				attic.stream.destroy();
				await login("attic");
				await new Promise((resolve) => setImmediate(resolve));
			});
			assert.deepEqual(
				messages.map(({ payload }) => payload),
				new Array(told).fill("offline"),
				to,
			);
		}
	});

	test("a second connection of a login ends the first, and one with the client id of another's does not", async () => {
		const kitchen = await login("kitchen");
		await login("attic", { clientId: `ambient16-${UDID}` });
		await kitchen.publishAsync(topic("kitchen", "data"), "{}", { qos: 1 });
		const closed = next(kitchen, "close");
		await login("kitchen");
		await closed;
	});

	test("a sensor that is forgotten is cut off", async () => {
		const kitchen = await login("kitchen");
		const closed = next(kitchen, "close");
		await broker.forget("kitchen");
		await closed;
	});

	test("a packet beyond the bound ends the connection, and one within does not", async () => {
		const kitchen = await login("kitchen");
		const within = "x".repeat(MQTT_PACKET - 64);
		const messages = await said(async () => {
			await kitchen.publishAsync(topic("kitchen", "answer"), within, { qos: 1 });
			const closed = next(kitchen, "close");
			kitchen.publish(topic("kitchen", "answer"), "x".repeat(MQTT_PACKET), { qos: 1 });
			await closed;
		});
		assert.deepEqual(
			messages.map(({ payload }) => payload.length),
			[within.length],
		);
	});

	test("more messages than a sensor has to say end the connection", async () => {
		const kitchen = await login("kitchen");
		const messages = await said(async () => {
			const closed = next(kitchen, "close");
			for (let i = 0; i < 2 * MQTT_BURST; i++) kitchen.publish(topic("kitchen", "data"), "{}", { qos: 0 });
			await closed;
		});
		assert.equal(messages.length, MQTT_BURST);
	});

	test("what is no MQTT is cut off, and the others are served", async () => {
		const kitchen = await login("kitchen");
		for (const bytes of [
			"GET / HTTP/1.1\r\n\r\n",
			"\x30\xff\xff\xff\xff\xff",
			"\x00".repeat(100),
			"\x10\x02ab",
		]) {
			const socket = connectTls({ port: broker.port, host: "localhost", ca: authority.ca });
			socket.on("error", () => {});
			const closed = once(socket, "close");
			socket.write(bytes, "latin1");
			await closed;
		}
		await kitchen.publishAsync(topic("kitchen", "data"), "{}", { qos: 1 });
	});
});
