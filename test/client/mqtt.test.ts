import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import {
	ImpostorError,
	MqttSensor,
	mintKey,
	RefusedError,
	UnreachableError,
	UsageError,
} from "../../client/node";
import { Mosquitto, mosquitto, Subscriber } from "../cloud/support/broker";
import { OwnedDevice } from "../cloud/support/device";
import { patiently } from "../cloud/support/service";
import { Authority } from "../support/authority";
import { temporaryFolder } from "../support/desk";
import { suiteScope } from "../support/scope";
import { cli } from "./support/cli";
import { pretending } from "./support/pretender";

const OPTIONS = { skip: mosquitto.skip, timeout: 300_000 };
const uuid = randomUUID();

const authority = await Authority.create();
const stranger = await Authority.create();

describe("a sensor that is reached through a broker alone", OPTIONS, () => {
	const scope = suiteScope(after);
	let broker: Mosquitto;
	let subscriber: Subscriber;
	let device: OwnedDevice;
	let udid: string;
	/** Of the user whom it takes commands from, over TLS. */
	let url: string;
	const password = () => ({ password: broker.password, ca: authority.ca });
	before(async () => {
		broker = await Mosquitto.create(scope, { identity: await authority.issue() });
		subscriber = await Subscriber.create(scope, broker);
		device = await OwnedDevice.create(scope, { setMqtt: { ...broker.settings, topic: "ambient16/up" } }, 60);
		({ udid } = device.desk);
		url = `mqtts://${broker.user}@localhost:${broker.securePort}/ambient16/up/${udid}`;
		await patiently(() => subscriber.on("/status").at(-1) === "online", "it is not there");
	});

	test("its owner sets its light and gets its readings, over TLS", async () => {
		const sensor = new MqttSensor(url, { uuid: device.owner.uuid, ...password() });
		const { color } = await sensor.setColor("0f8", { duration: null });
		assert.equal(color, "#00ff88");
		await device.desk.waitFor(({ event }) => event === "window");
		assert.equal(typeof (await sensor.data()).window?.temperature, "number");
	});

	test("a key for the light sets the light, and gets nothing", async () => {
		const key = await mintKey(device.owner.uuid, { name: "lamp", light: true });
		const sensor = new MqttSensor(url, { key, ...password() });
		assert.equal((await sensor.setColor("red")).color, "#ff0000");
		await assert.rejects(sensor.data(), UsageError);
		// The subscriber may hear of a command after its answer has come.
		await patiently(() => subscriber.on("/command").some((it) => it.includes('"red"')), "the light's");
		const { length } = subscriber.on("/command");
		// What the library would not send.
		const own = new MqttSensor(url, { key: key.replace(".l.", ".rl."), ...password() });
		await assert.rejects(own.data(), { name: "RefusedError", status: 401, code: "wrong-secret" });
		await patiently(() => subscriber.on("/command").length === length + 1, "it was sent once");
	});

	test("what takes HTTPS is refused, and so is another UUID", async () => {
		const sensor = new MqttSensor(url, { uuid: device.owner.uuid, ...password() });
		await assert.rejects(sensor.send({ getSettings: {} }), { status: 403, code: "https-only" });
		const other = new MqttSensor(url, { uuid, ...password() });
		await assert.rejects(other.data(), { status: 401, code: "wrong-secret" });
	});

	test("the command line takes --mqtt, with the password from the environment or a line of input", async (t) => {
		const home = temporaryFolder(t);
		const ca = join(home, "ca.pem");
		writeFileSync(ca, authority.ca);
		const args = ["--mqtt", url, "--ca", ca];
		const key = await mintKey(device.owner.uuid, { name: "desk", light: true, read: true });
		const env = { AMBIENT16_KEY: key };
		const blue = await cli(home, ["color", "blue", "--duration", "forever", ...args], {
			env: { ...env, AMBIENT16_MQTT_PASSWORD: broker.password },
		});
		assert.deepEqual([blue.code, blue.stdout], [0, "#0000ff blink until the next order\n"], blue.stderr);
		const data = await cli(home, ["data", "--json", ...args], { env, input: `${broker.password}\n` });
		assert.equal(data.code, 0, data.stderr);
		assert.equal(typeof JSON.parse(data.stdout).window.temperature, "number");
		const status = await cli(home, ["status", "--json", ...args], { env, input: `${broker.password}\n` });
		assert.equal(typeof JSON.parse(status.stdout).uptime, "number", status.stderr);
		const restart = await cli(home, ["restart", ...args], { env });
		assert.deepEqual([restart.code, restart.stdout], [2, ""]);
		assert.match(restart.stderr, /key to manage.*from AMBIENT16_KEY/);
		const wrong = await cli(home, ["data", ...args], { env, input: "wrong\n" });
		assert.equal(wrong.code, 3);
		assert.match(wrong.stderr, /^the broker cannot be reached: .*Not authorized\n$/);
	});

	test("a broker whose certificate is another authority's gets nothing", async () => {
		const clients = () => broker.log.match(/New client connected/g)?.length;
		const before = clients();
		const sensor = new MqttSensor(url, { uuid, password: broker.password, ca: stranger.ca });
		await assert.rejects(sensor.data(), UnreachableError);
		await assert.rejects(new MqttSensor(url, { uuid, password: broker.password }).data(), UnreachableError);
		assert.equal(clients(), before);
	});

	test("while it is in HTTPS mode, or gone, that is told at once", async () => {
		const sensor = new MqttSensor(url, { uuid: device.owner.uuid, ...password() });
		await device.enterHttps({ getData: {} });
		await patiently(() => subscriber.on("/status").at(-1) === "suspended", "it is there");
		await assert.rejects(sensor.data(), /UnreachableError.*HTTPS mode/);
		await device.leaveHttps();
		await patiently(() => subscriber.on("/status").at(-1) === "online", "it is not there");
		await device.kill();
		await patiently(() => subscriber.on("/status").at(-1) === "offline", "it is still there");
		await assert.rejects(sensor.data(), /UnreachableError.*offline/);
	});
});

describe("a broker that says what it likes in the name of a sensor", OPTIONS, () => {
	const scope = suiteScope(after);
	let broker: Mosquitto;
	before(async () => {
		broker = await Mosquitto.create(scope);
	});
	const open = (url: string) => new MqttSensor(url, { uuid, password: broker.password });
	const say = (nc: string, status: number, body: unknown) => JSON.stringify({ nc, status, body });
	const got = { getData: { window: null, events: {} } };

	test("gets no command a second time, whatever it answers", async (t) => {
		let code = "";
		const { url, heard } = await pretending(t, broker, (nc) => [
			say(nc, 401, { status: "error", code, message: "again!", nc: 999_999_999_999_999 }),
		]);
		for (code of ["replayed", "wrong-token", "wrong-secret"]) {
			heard.length = 0;
			const sensor = open(url);
			await assert.rejects(sensor.data(), (error: RefusedError) => {
				assert.deepEqual([error.status, error.code, error.nc], [401, code, undefined]);
				return error instanceof RefusedError;
			});
			assert.equal(heard.length, 1);
			// Nor does it make one that leaves its owner no higher counter.
			await assert.rejects(sensor.data());
			assert.match(heard[1] ?? "", /nc="\d{13}"/);
		}
	});

	test("is heard where the answer has the nc of the command, and only there", async (t) => {
		const { url } = await pretending(t, broker, (nc) => [
			"no JSON",
			"null",
			say("1", 401, { code: "wrong-secret" }),
			say(nc.slice(0, -1), 200, {}),
			`{"nc":${nc},"status":500,"body":{}}`,
			say(nc, 200, got),
		]);
		assert.deepEqual(await open(url).data(), got.getData);
	});

	test("is no sensor where its answer, or its token, is none", async (t) => {
		let body: unknown;
		const { url, heard, publish } = await pretending(t, broker, (nc) => [say(nc, 200, body)]);
		for (body of [{}, { setColor: {} }, null, "a"]) await assert.rejects(open(url).data(), ImpostorError);
		await publish("token", "UULROQKT");
		await assert.rejects(open(url).data(), ImpostorError);
		assert.equal(heard.length, 4);
	});

	test("cannot put anything into a terminal", async (t) => {
		const body = { code: "internal", message: "\u001b[2Jgone" };
		const { url } = await pretending(t, broker, (nc) => [say(nc, 500, body)]);
		await assert.rejects(open(url).data(), { message: "?[2Jgone" });
	});
});

test(
	"a broker is waited for a while, where it has no token, and where it has no answer",
	OPTIONS,
	async (t) => {
		const options = { uuid, password: "pass word, §" };
		const broker = await Mosquitto.create(t);
		const nobody = new MqttSensor(`mqtt://me@127.0.0.1:${broker.port}/a/b/${"0".repeat(12)}`, options);
		const { url, heard } = await pretending(t, broker, () => []);
		await Promise.all([
			assert.rejects(nobody.data(), /^UnreachableError: .*tells of no sensor at a\/b\/000000000000/),
			assert.rejects(new MqttSensor(url, options).data(), /^UnreachableError: no answer .*is not known$/),
		]);
		assert.equal(heard.length, 1);
	},
);

test("what cannot be sent is told before the broker is asked", async () => {
	for (const url of [
		"nonsense",
		"http://127.0.0.1/10000fb38278",
		"mqtt:///10000fb38278",
		"mqtt://127.0.0.1",
		"mqtt://127.0.0.1/home",
		"mqtt://127.0.0.1/a+b/10000fb38278",
		"mqtt://127.0.0.1//10000fb38278",
	])
		assert.throws(() => new MqttSensor(url), UsageError, url);
	assert.throws(() => new MqttSensor("mqtt://127.0.0.1/10000fb38278", { password: "a" }), UsageError);
	await assert.rejects(new MqttSensor("mqtt://127.0.0.1:1/10000fb38278").data(), UsageError);
});

test("a password in the URL is refused, and not told", async (t) => {
	const url = "mqtt://me:hidden@127.0.0.1:1/10000fb38278";
	assert.throws(
		() => new MqttSensor(url, { uuid }),
		(error: Error) => !error.message.includes("hidden"),
	);
	const { code, stderr } = await cli(temporaryFolder(t), ["data", "--mqtt", url], {
		env: { AMBIENT16_UUID: uuid },
	});
	assert.equal(code, 2);
	assert.doesNotMatch(stderr, /hidden/);
});

test("the command line says what does not go with --mqtt, or without it", async (t) => {
	const home = temporaryFolder(t);
	const env = { AMBIENT16_UUID: uuid };
	const mqtt = ["--mqtt", "mqtt://127.0.0.1:1/10000fb38278"];
	for (const args of [
		["data", "--ca", "/dev/null"],
		["data", "--md5", ...mqtt],
		["data", "--url", "127.0.0.1:1", ...mqtt],
		["settings", ...mqtt],
	])
		assert.equal((await cli(home, args, { env })).code, 2, args.join(" "));
	const { code, stderr } = await cli(home, ["data", ...mqtt], { env });
	assert.equal(code, 3);
	assert.match(stderr, /^the broker cannot be reached: connect ECONNREFUSED/);
});
