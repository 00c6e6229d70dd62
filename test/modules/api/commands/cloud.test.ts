import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Trust } from "../../../../hosts/host";
import type { Client, Command } from "../../../../modules/api/command";
import { setInflux, setMqtt } from "../../../../modules/api/commands/cloud";
import { ApiError } from "../../../../modules/api/error";
import type { Parts } from "../../../../modules/parts";

const PEM = "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmg\nAwIBAgIU\n-----END CERTIFICATE-----\n";
/** Takes every authority but this one. */
const UNUSABLE = PEM.replace("MIIBszCCAVmg", "MIIBszCCAVmh");
const network = { checkTrust: ({ ca }: Trust) => (ca === UNUSABLE ? "it is damaged" : undefined) };
const influx = bind(setInflux);
const mqtt = bind(setMqtt);

/** A command of a device with that network, for the owner. */
function bind<Order>(command: Command<Order>, surroundings: object = network) {
	const cloud = { configureInflux() {}, events: { configure() {} } };
	const device = { host: { network: surroundings }, cloud } as unknown as Parts;
	const client: Client = { host: "", secure: true, proof: undefined };
	return {
		validate: (value: unknown) => command.validate(value, device, client),
		settings: command.settings,
		perform: (order: Order) => command.perform(order, device, client),
	};
}

function refusal(command: { validate(value: unknown): unknown }, value: unknown): string {
	try {
		command.validate(value);
	} catch (error) {
		assert.ok(error instanceof ApiError && error.status === 400, String(error));
		return error.message;
	}
	assert.fail(`it was taken: ${JSON.stringify(value)}`);
}

describe("setInflux", () => {
	test("a database of version 1 and a bucket of version 2 are taken", () => {
		const v1 = { url: "https://db.example.org:8086", database: "home", user: "me", password: "secret" };
		assert.deepEqual(influx.validate(v1), { ...v1, trust: {} });
		const v2 = { url: "https://db.example.org/influx", org: "me", bucket: "home", token: "t0ken" };
		assert.deepEqual(influx.validate(v2), { ...v2, trust: {} });
	});

	test("null switches it off", () => {
		assert.equal(influx.validate(null), null);
		assert.deepEqual(influx.settings?.(null), { influx: null });
		assert.deepEqual(influx.perform(null), { enabled: false });
	});

	test("password and token are in no result", () => {
		for (const order of [
			{ url: "https://a.example", database: "home", user: "me", password: "hidden" },
			{ url: "https://a.example", bucket: "home", token: "hidden" },
		]) {
			const result = JSON.stringify(influx.perform(influx.validate(order)));
			assert.ok(!result.includes("hidden"), result);
		}
	});

	test("without TLS only the home is taken", () => {
		const to = (url: string) => ({ url, database: "home" });
		for (const host of [
			"192.168.1.5:8086",
			"nas",
			"nas.local",
			"nas.lan",
			"influx.home.arpa",
			"[fd00::1]",
			"localhost",
		])
			influx.validate(to(`http://${host}`));
		for (const host of [
			"db.example.org",
			"8.8.8.8",
			"[2001:db8::1]",
			"0x7f000001",
			"192.168.1.5.example.org",
		])
			assert.match(refusal(influx, to(`http://${host}`)), /https:\/\//, host);
	});

	test("exactly one of database and bucket is wanted, with its own credentials", () => {
		const url = "https://a.example";
		refusal(influx, { url });
		refusal(influx, { url, database: "a", bucket: "b" });
		refusal(influx, { url, database: "a", token: "t" });
		refusal(influx, { url, bucket: "b", user: "me" });
	});

	test("a private authority or a fingerprint is taken, not both", () => {
		const order = { url: "https://a.example", database: "home" };
		assert.deepEqual(influx.validate({ ...order, ca: PEM })?.trust, { ca: PEM });
		const fingerprint = "0123456789ABCDEF".repeat(4);
		const colons = fingerprint.match(/../g)?.join(":");
		for (const spelling of [fingerprint, colons])
			assert.deepEqual(influx.validate({ ...order, fingerprint: spelling })?.trust, {
				fingerprint: fingerprint.toLowerCase(),
			});
		refusal(influx, { ...order, ca: PEM, fingerprint });
	});

	test("an authority that the network cannot use is refused with its reason", () => {
		const order = { url: "https://a.example", database: "home", ca: UNUSABLE };
		assert.match(refusal(influx, order), /^setInflux\.ca must be .*: it is damaged$/);
		assert.match(
			refusal(mqtt, { url: "mqtts://a.example", ca: UNUSABLE }),
			/^setMqtt\.ca .*: it is damaged$/,
		);
		bind(setInflux, {}).validate(order);
	});

	test("what is no certificate, fingerprint, URL or text is refused", () => {
		const order = { url: "https://a.example", database: "home" };
		for (const change of [
			{ ca: "PEM" },
			{ ca: PEM.repeat(40) },
			{ ca: 1 },
			{ fingerprint: "abc" },
			{ fingerprint: "g".repeat(64) },
			{ url: "ftp://a.example" },
			{ url: "mqtts://a.example" },
			{ url: "https://user:pass@a.example" },
			{ url: `https://${"a".repeat(300)}.example` },
			{ url: null },
			{ database: "" },
			{ database: "a\r\nb" },
			{ user: "u".repeat(129) },
			{ password: "p".repeat(257) },
			{ password: 1 },
			{ other: 1 },
		])
			refusal(influx, { ...order, ...change });
	});
});

describe("setMqtt", () => {
	test("a broker is taken, with its defaults", () => {
		assert.deepEqual(mqtt.validate({ url: "mqtts://broker.example.org" }), {
			url: "mqtts://broker.example.org",
			topic: "ambient16",
			discovery: true,
			light: false,
			trust: {},
		});
	});

	test("its password is in no result", () => {
		const order = mqtt.validate({ url: "mqtts://a.example", user: "me", password: "hidden" });
		assert.deepEqual(mqtt.perform(order), {
			url: "mqtts://a.example",
			user: "me",
			topic: "ambient16",
			discovery: true,
			light: false,
		});
	});

	test("without TLS only the home is taken", () => {
		mqtt.validate({ url: "mqtt://192.168.1.5" });
		assert.match(refusal(mqtt, { url: "mqtt://broker.example.org" }), /mqtts:\/\//);
	});

	test("a topic that MQTT could not publish to is refused", () => {
		for (const topic of ["", "a+b", "a/#", "$SYS", "/a", "a/", "a\u0000", "t".repeat(65), 1, null])
			refusal(mqtt, { url: "mqtts://a.example", topic });
	});
});
