import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MqttEvents, type MqttSettings } from "../../../modules/cloud/mqtt-events";
import { FakeBroker } from "../../fakes/cloud";
import { FakeHost } from "../../fakes/host";

const SETTINGS: MqttSettings = {
	url: "mqtts://broker.example.org",
	topic: "ambient16",
	discovery: false,
	trust: {},
};
const OWN = "ambient16/10000fb38278";

function events(settings: MqttSettings | null = SETTINGS) {
	const host = new FakeHost();
	host.random = (count) => new Uint8Array(count).fill(255);
	const broker = new FakeBroker();
	Object.assign(host.network, { connect: broker.connect });
	const problems: string[] = [];
	const commands: string[] = [];
	/** Says nothing until `answers` is there. */
	const answers: ((payload: string, sent?: () => void) => void)[] = [];
	const it = new MqttEvents({
		host,
		token: () => "abcdefgh",
		execute: (topic, message, respond) => {
			commands.push(`${topic} ${message && Buffer.from(message)}`);
			answers.push((payload, sent) => respond({ payload, ...(sent && { sent }) }));
		},
		onProblem: (message) => problems.push(message),
	});
	it.configure(settings);
	return { host, broker, it, problems, commands, answers };
}

const kinds = (broker: FakeBroker) =>
	broker.on(`${OWN}/event/motion`).map((payload) => JSON.parse(payload).time);

describe("connection", () => {
	test("it connects with its will and says that it is online", () => {
		const { broker } = events({ ...SETTINGS, user: "me", password: "secret" });
		const [options] = broker.attempts;
		assert.deepEqual(options?.will, { topic: `${OWN}/status`, payload: "offline" });
		assert.deepEqual(
			[options?.clientId, options?.user, options?.password],
			["ambient16-10000fb38278", "me", "secret"],
		);
		assert.deepEqual(options?.endpoint, { secure: true, host: "broker.example.org", port: 8883, path: "" });
		broker.accept();
		assert.equal(broker.retained(`${OWN}/status`), "online");
	});

	test("without TLS only addresses of the home are connected to", () => {
		const { broker } = events({ ...SETTINGS, url: "mqtt://broker.local" });
		assert.equal(broker.attempts[0]?.allowAddress("10.0.0.7"), true);
		assert.equal(broker.attempts[0]?.allowAddress("8.8.8.8"), false);
	});

	test("a lost connection comes back, ever more slowly", () => {
		const { broker, host, problems } = events();
		const tries = [0];
		broker.drop("refused");
		for (let second = 1; second < 130; second++) {
			host.advance(1_000);
			if (broker.attempts.length > tries.length) {
				tries.push(second);
				broker.drop("refused");
			}
		}
		assert.deepEqual(tries, [0, 1, 3, 7, 15, 31, 63, 127]);
		assert.deepEqual(problems, ["broker: refused"]);
	});

	test("one that succeeds and drops at once backs off as well (rainmaker #1, PicoMQTT #74)", () => {
		const { broker, host } = events();
		const tries = [0];
		const flap = () => {
			broker.accept();
			broker.drop();
		};
		flap();
		for (let second = 1; second < 64; second++) {
			host.advance(1_000);
			if (broker.attempts.length > tries.length) {
				tries.push(second);
				flap();
			}
		}
		assert.deepEqual(tries, [0, 1, 3, 7, 15, 31, 63]);
	});

	test("one that lasted a minute comes back fast", () => {
		const { broker, host } = events();
		for (let i = 0; i < 5; i++) {
			broker.drop();
			host.advance(300_000);
		}
		while (!broker.live) host.advance(1_000);
		broker.accept();
		for (let second = 0; second < 60; second++) {
			host.advance(1_000);
			broker.work();
		}
		broker.drop();
		const before = broker.attempts.length;
		host.advance(1_000);
		assert.equal(broker.attempts.length, before + 1);
	});

	test("closing says offline and leaves no timer", () => {
		const { broker, host, it } = events();
		broker.accept();
		it.close();
		assert.equal(broker.retained(`${OWN}/status`), "offline");
		assert.equal(broker.closes, 1);
		assert.equal(host.realTime.pending, 0);
	});
});

describe("events", () => {
	test("they wait for the broker and arrive in order", () => {
		const { broker, it } = events();
		for (let i = 0; i < 5; i++) it.motion("left-to-right", i);
		assert.deepEqual(kinds(broker), []);
		broker.accept();
		assert.deepEqual(kinds(broker), [0, 1, 2, 3, 4]);
	});

	test("one that was not acknowledged is sent again on the next connection", () => {
		const { broker, it, host } = events();
		broker.accept();
		broker.acknowledges = false;
		it.motion("left-to-right", 1);
		it.motion("right-to-left", 2);
		assert.deepEqual(kinds(broker), [1]);
		broker.drop();
		broker.acknowledges = true;
		host.advance(1_000);
		broker.accept();
		assert.deepEqual(kinds(broker), [1, 1, 2]);
	});

	test("the queue is bounded, the oldest make room and are counted (espMqttClient #163)", () => {
		const { broker, it } = events();
		for (let i = 0; i < 100; i++) it.motion("left-to-right", i);
		broker.accept();
		assert.deepEqual([kinds(broker)[0], kinds(broker).length, it.dropped], [68, 32, 68]);
	});

	test("windows are published as they come, not later", () => {
		const { broker, it } = events();
		const point = { time: 10, readings: { co2: 600 }, motionEvents: 0 };
		it.window(point);
		broker.accept();
		it.window({ ...point, time: 20 });
		assert.deepEqual(broker.on(`${OWN}/data`), ['{"time":20,"co2":600,"motionEvents":0}']);
	});
});

describe("commands", () => {
	const COMMAND = `${OWN}/command`;

	test("they are subscribed to, and the token is retained, at each connection and when it changes", () => {
		const { broker, it, host } = events();
		broker.accept();
		assert.deepEqual(broker.subscriptions, [COMMAND]);
		assert.equal(broker.retained(`${OWN}/token`), "abcdefgh");
		it.renewToken();
		assert.equal(broker.on(`${OWN}/token`).length, 2);
		broker.drop();
		it.renewToken();
		host.advance(1_000);
		broker.accept();
		assert.equal(broker.on(`${OWN}/token`).length, 3);
		assert.equal(broker.subscriptions.length, 2);
	});

	test("each is acknowledged, carried out, and answered, not retained", () => {
		const { broker, commands, answers } = events();
		broker.accept();
		broker.deliver(COMMAND, "hello", { id: 7 });
		broker.deliver(COMMAND, "again", { id: 0 });
		assert.deepEqual(broker.acknowledged, [7]);
		assert.deepEqual(commands, [`${COMMAND} hello`]);
		answers[0]?.("hi");
		assert.deepEqual(broker.on(`${OWN}/answer`), ["hi"]);
		assert.equal(broker.retained(`${OWN}/answer`), undefined);
		assert.deepEqual(commands, [`${COMMAND} hello`, `${COMMAND} again`]);
	});

	test("old ones and such as may have come before are acknowledged, and not carried out", () => {
		const { broker, commands } = events();
		broker.accept();
		broker.deliver(COMMAND, "retained", { id: 1, flags: 1 });
		broker.deliver(COMMAND, "again", { id: 2, flags: 8 });
		assert.deepEqual(broker.acknowledged, [1, 2]);
		assert.deepEqual(commands, []);
	});

	test("a few wait for the answer to the one before, of more no notice is taken", () => {
		const { broker, commands, answers } = events();
		broker.accept();
		for (let i = 0; i < 100; i++) broker.deliver(COMMAND, `${i}`);
		for (let i = 0; i < 20; i++) {
			answers[i]?.(`answer ${i}`);
			broker.work();
		}
		assert.deepEqual(
			commands.map((command) => command.split(" ")[1]),
			["0", "1", "2", "3", "4"],
		);
		assert.equal(broker.on(`${OWN}/answer`).length, 5);
	});

	test("the next one waits until the broker has the answer", () => {
		const { broker, commands, answers } = events();
		broker.accept();
		broker.work();
		broker.acknowledges = false;
		broker.deliver(COMMAND, "one");
		broker.deliver(COMMAND, "two");
		let sent = 0;
		answers[0]?.("answer", () => void sent++);
		broker.work();
		assert.deepEqual([commands.length, sent], [1, 0]);
		for (const acknowledge of broker.unacknowledged.splice(0)) acknowledge();
		assert.deepEqual([commands.length, sent], [2, 1]);
	});

	test("what waits for the answer to be sent is done if the broker is lost, once", () => {
		for (const before of [true, false]) {
			const { broker, commands, answers, host } = events();
			broker.accept();
			broker.work();
			broker.acknowledges = false;
			broker.deliver(COMMAND, "one");
			broker.deliver(COMMAND, "two");
			let sent = 0;
			if (before) answers[0]?.("answer", () => void sent++);
			broker.drop();
			if (!before) answers[0]?.("answer", () => void sent++);
			assert.equal(sent, 1);
			assert.equal(commands.length, 1);
			broker.acknowledges = true;
			host.advance(1_000);
			broker.accept();
			broker.deliver(COMMAND, "three");
			assert.deepEqual([commands.length, sent], [2, 1]);
		}
	});

	test("one too long to be read is read over and answered, and the next one is read", () => {
		const { broker, commands, answers, host } = events();
		broker.accept();
		broker.deliver(COMMAND, "x".repeat(100_000), { id: 5 });
		host.advance(1_000);
		answers[0]?.("too long");
		broker.deliver(COMMAND, "next", { id: 6 });
		assert.deepEqual(commands, [`${COMMAND} undefined`, `${COMMAND} next`]);
		assert.deepEqual(broker.acknowledged, [5, 6]);
	});

	test("whether the broker lets the device hear of them is known", () => {
		const { broker, it, host } = events();
		assert.equal(it.listening, false);
		broker.accept();
		assert.equal(it.listening, true);
		broker.drop();
		assert.equal(it.listening, false);
		broker.grants = false;
		host.advance(1_000);
		broker.accept();
		broker.work();
		assert.deepEqual([it.connected, it.listening], [true, false]);
	});
});

describe("suspended", () => {
	test("it says so, leaves, and comes back online", () => {
		const { broker, it } = events();
		broker.accept();
		it.suspend();
		assert.equal(broker.retained(`${OWN}/status`), "suspended");
		assert.equal(broker.closes, 1);
		it.motion("left-to-right", 1);
		it.resume();
		broker.accept();
		assert.equal(broker.retained(`${OWN}/status`), "online");
		assert.deepEqual(kinds(broker), [1]);
	});

	test("it does not reconnect meanwhile", () => {
		const { broker, host, it } = events();
		broker.drop();
		it.suspend();
		host.advance(600_000);
		assert.equal(broker.attempts.length, 1);
	});
});

describe("a broker that is left in HTTPS mode", () => {
	const CONFIG = "homeassistant/sensor/ambient16_10000fb38278/temperature/config";
	const DISCOVERY = { ...SETTINGS, discovery: true };

	function left(settings: MqttSettings | null) {
		const scene = events(DISCOVERY);
		scene.broker.accept();
		scene.it.suspend();
		scene.it.configure(settings);
		return scene;
	}

	test("is told afterwards that the device is gone, and then no more", () => {
		const { broker, it, host } = left(null);
		assert.equal(broker.attempts.length, 1);
		it.resume();
		broker.accept();
		assert.equal(broker.retained(CONFIG), "");
		assert.deepEqual(broker.on(`${OWN}/status`), ["online", "suspended", "offline", ""]);
		assert.equal(broker.retained(`${OWN}/token`), "");
		host.advance(600_000);
		assert.equal(broker.attempts.length, 2);
	});

	test("is told before the next one is connected to", () => {
		const { broker, it } = left({ ...DISCOVERY, url: "mqtts://other.example.org" });
		it.resume();
		broker.accept();
		broker.accept();
		assert.deepEqual(
			broker.attempts.map(({ endpoint }) => endpoint.host),
			["broker.example.org", "broker.example.org", "other.example.org"],
		);
		assert.equal(broker.retained(`${OWN}/status`), "online");
	});

	test("is asked once, and does not hold up the next one if it is gone", () => {
		const { broker, it, problems } = left({ ...DISCOVERY, url: "mqtts://other.example.org" });
		it.resume();
		broker.drop("refused");
		assert.equal(broker.attempts.at(-1)?.endpoint.host, "other.example.org");
		assert.deepEqual(problems, []);
	});

	test("is not left by another password", () => {
		const { broker, it } = left({ ...DISCOVERY, user: "me", password: "new" });
		it.resume();
		broker.accept();
		assert.equal(broker.attempts.at(-1)?.password, "new");
		assert.notEqual(broker.retained(CONFIG), "");
	});

	test("hears nothing after a factory reset, as its password is forgotten", () => {
		const { broker, it } = left(DISCOVERY);
		it.forget();
		it.resume();
		assert.equal(broker.attempts.length, 1);
	});
});

describe("Home Assistant", () => {
	test("it is told of each quantity and of movements when the broker accepts", () => {
		const { broker } = events({ ...SETTINGS, discovery: true });
		broker.accept();
		const config = JSON.parse(
			broker.retained("homeassistant/sensor/ambient16_10000fb38278/temperature/config") ?? "",
		);
		assert.equal(config.state_topic, `${OWN}/data`);
		assert.equal(config.unit_of_measurement, "°C");
		assert.ok(broker.retained("homeassistant/event/ambient16_10000fb38278/motion/config"));
	});

	test("it is told to forget the device when discovery is switched off", () => {
		const { broker, it } = events({ ...SETTINGS, discovery: true });
		broker.accept();
		it.configure(null);
		assert.equal(broker.retained("homeassistant/sensor/ambient16_10000fb38278/temperature/config"), "");
		assert.deepEqual(broker.on(`${OWN}/status`), ["online", "offline", ""]);
	});
});
