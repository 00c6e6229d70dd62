import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MqttEvents, type MqttSettings } from "../../../modules/cloud/mqtt-events";
import type { LightOrder } from "../../../modules/led/light";
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
	const scene = {
		name: null as string | null,
		diagnostics: { version: "0.1.0" } as Record<string, unknown>,
	};
	const light = {
		order: undefined as LightOrder | undefined,
		show(order: LightOrder) {
			light.order = order.color === 0 ? undefined : order;
			it.tellLight();
		},
	};
	const commands: string[] = [];
	/** Says nothing until `answers` is there. */
	const answers: ((payload: string, sent?: () => void) => void)[] = [];
	const it: MqttEvents = new MqttEvents(host, {
		token: { value: "abcdefgh" },
		settings: { value: scene },
		mqttApi: {
			execute(topic, message, respond) {
				commands.push(`${topic} ${message && Buffer.from(message)}`);
				answers.push((payload, sent) => respond({ payload, ...(sent && { sent }) }));
			},
		},
		light,
		diagnose: () => scene.diagnostics,
		onProblem: (message) => problems.push(message),
	});
	it.configure(settings);
	return { host, broker, it, problems, commands, answers, light, scene };
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
		assert.deepEqual([kinds(broker)[0], kinds(broker).length, it.status.dropped], [68, 32, 68]);
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

	test("of long ones fewer wait", () => {
		const { broker, commands, answers } = events();
		broker.accept();
		for (let i = 0; i < 5; i++) broker.deliver(COMMAND, `${i} `.padEnd(i === 3 ? 500 : 1_500, "x"));
		for (let i = 0; i < 5; i++) {
			answers[i]?.(`answer ${i}`);
			broker.work();
		}
		assert.deepEqual(
			commands.map((command) => command.split(" ")[1]),
			["0", "1", "3"],
		);
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
		assert.equal(it.status.commands, false);
		broker.accept();
		assert.equal(it.status.commands, true);
		broker.drop();
		assert.equal(it.status.commands, false);
		broker.grants = false;
		host.advance(1_000);
		broker.accept();
		broker.work();
		assert.deepEqual([it.status.connected, it.status.commands], [true, false]);
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

	test("has Home Assistant told of another topic, and forget only what it is not told of any more", () => {
		const all = ["sensor/temperature", "sensor/pressure", "light/light", "event/motion"];
		for (const [change, forgotten] of [
			[{ topic: "up", light: true }, ["sensor/pressure"]],
			[{ topic: "up" }, ["sensor/pressure", "light/light"]],
			[{ topic: "up", discovery: false }, all],
			[{ url: "mqtts://other.example.org" }, all],
		] as const) {
			const { broker, it } = events({ ...DISCOVERY, light: true });
			broker.accept();
			// The only quantity that there is since the start.
			it.window({ time: 0, readings: { temperature: 20 }, motionEvents: 0, samples: 1 } as never);
			broker.work();
			it.suspend();
			const { length } = broker.published;
			it.configure({ ...DISCOVERY, ...change });
			it.resume();
			broker.accept();
			const emptied = broker.published
				.slice(length)
				.filter(({ topic, payload }) => topic.startsWith("homeassistant/") && payload === "")
				.map(({ topic }) => `${topic.split("/")[1]}/${topic.split("/")[3]}`);
			assert.deepEqual(
				all.filter((each) => emptied.includes(each)),
				forgotten,
			);
		}
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
		const { broker, it } = events({ ...SETTINGS, discovery: true });
		broker.accept();
		const { length } = broker.published;
		const point = { time: 10, readings: { temperature: 20, co2: 600 }, motionEvents: 0 };
		it.window(point);
		const told = broker.published.slice(length).filter(({ topic }) => /^home.*\/sensor/.test(topic));
		assert.deepEqual(
			told.map(({ topic }) => topic.split("/")[3]),
			["temperature", "co2"],
		);
		it.window({ ...point, time: 20 });
		assert.equal(broker.published.filter(({ topic }) => /^home.*\/sensor/.test(topic)).length, 2);
		const config = JSON.parse(
			broker.retained("homeassistant/sensor/ambient16_10000fb38278/temperature/config") ?? "",
		);
		assert.equal(config.state_topic, `${OWN}/data`);
		assert.equal(config.unit_of_measurement, "°C");
		assert.ok(broker.retained("homeassistant/event/ambient16_10000fb38278/motion/config"));
	});

	test("it is told one thing after the other, and of what is new by then", () => {
		const { broker, it, scene } = events({ ...SETTINGS, discovery: true });
		broker.acknowledges = false;
		broker.accept();
		const told = () => broker.published.filter(({ topic }) => topic.startsWith("homeassistant/"));
		it.window({ time: 10, readings: { temperature: 20, humidity: 40 }, motionEvents: 0 });
		scene.name = "Kitchen";
		it.rename();
		assert.equal(told().length, 1);
		for (let i = 0; i < 10; i++) {
			for (const acknowledge of broker.unacknowledged.splice(0)) acknowledge();
			broker.work();
		}
		const names = told().map(({ payload }) => JSON.parse(payload).device.name);
		assert.deepEqual(names, ["Ambient16 10000fb38278", "Kitchen", "Kitchen", "Kitchen"]);
	});

	test("it is told of another name at once", () => {
		const { broker, it, scene } = events({ ...SETTINGS, discovery: true });
		broker.accept();
		scene.name = "Kitchen";
		it.rename();
		const config = broker.retained("homeassistant/event/ambient16_10000fb38278/motion/config") ?? "";
		assert.equal(JSON.parse(config).device.name, "Kitchen");
	});

	test("it is told to forget the device when discovery is switched off", () => {
		const { broker, it } = events({ ...SETTINGS, discovery: true });
		broker.accept();
		it.configure(null);
		assert.equal(broker.retained("homeassistant/sensor/ambient16_10000fb38278/temperature/config"), "");
		assert.deepEqual(broker.on(`${OWN}/status`), ["online", "offline", ""]);
	});
});

describe("diagnostics", () => {
	const DISCOVERED = { ...SETTINGS, discovery: true };
	const config = (name: string, component = "sensor") =>
		`homeassistant/${component}/ambient16_10000fb38278/${name}/config`;
	const MINUTE = 60_000;
	const DAY = 86_400_000;

	/** Lets time pass, and the broker answer what keeps the connection. */
	function pass(host: FakeHost, broker: FakeBroker, ms: number): void {
		for (let left = ms; left > 0; left -= 20_000) {
			host.advance(Math.min(left, 20_000));
			broker.work();
		}
	}

	test("are told at once and each minute, retained, as long as there is a broker", () => {
		const { broker, host, scene } = events();
		broker.accept();
		const told = () => broker.on(`${OWN}/diagnostics`).map((payload) => JSON.parse(payload));
		assert.deepEqual(told(), [{ version: "0.1.0" }]);
		scene.diagnostics = { version: "0.1.0", rssi: -50 };
		pass(host, broker, MINUTE);
		pass(host, broker, MINUTE);
		assert.deepEqual(told().slice(1), [scene.diagnostics, scene.diagnostics]);
		assert.ok(broker.retained(`${OWN}/diagnostics`));
		broker.drop();
		const { length } = told();
		host.advance(500);
		assert.equal(told().length, length);
	});

	test("are shown in Home Assistant once the device knows them, and no more when it does not", () => {
		const { broker, host, scene } = events(DISCOVERED);
		broker.accept();
		assert.equal(broker.retained(config("waiting")), undefined);
		scene.diagnostics = { version: "0.1.0", waiting: 5, problem: null };
		pass(host, broker, MINUTE);
		assert.equal(JSON.parse(broker.retained(config("waiting")) ?? "").name, "Points waiting");
		assert.ok(broker.retained(config("problem", "binary_sensor")));
		const { length } = broker.on(config("waiting"));
		pass(host, broker, MINUTE);
		assert.equal(broker.on(config("waiting")).length, length, "it is told of the same again");
		scene.diagnostics = { version: "0.1.0", problem: null };
		pass(host, broker, MINUTE);
		assert.equal(broker.retained(config("waiting")), "");
		assert.equal(broker.retained(config("rssi")), undefined);
	});

	test("what a day did not measure is forgotten there, once it is over and not before", () => {
		const { broker, host, it } = events(DISCOVERED);
		broker.accept();
		it.window({ time: 10, readings: { temperature: 20 }, motionEvents: 0 });
		pass(host, broker, DAY - 2 * MINUTE);
		assert.equal(broker.retained(config("co2")), undefined);
		pass(host, broker, 2 * MINUTE);
		for (const name of ["co2", "rssi"]) assert.equal(broker.retained(config(name)), "", name);
		assert.notEqual(broker.retained(config("temperature")), "");
		const { length } = broker.published;
		pass(host, broker, MINUTE);
		assert.equal(broker.published.length, length + 1);
		it.window({ time: 20, readings: { co2: 600 }, motionEvents: 0 });
		assert.equal(JSON.parse(broker.retained(config("co2")) ?? "").unit_of_measurement, "ppm");
	});

	test("nothing of them stays behind with a broker that is left", () => {
		const { broker, it, scene } = events(DISCOVERED);
		scene.diagnostics = { version: "0.1.0", latest: "0.1.0" };
		broker.accept();
		assert.ok(broker.retained(config("latest", "update")));
		it.configure(null);
		for (const topic of [`${OWN}/diagnostics`, config("latest", "update")])
			assert.equal(broker.retained(topic), "", topic);
	});
});

describe("the light", () => {
	const LIGHT = { ...SETTINGS, discovery: true, light: true };
	const SET = `${OWN}/light/set`;
	const CONFIG = "homeassistant/light/ambient16_10000fb38278/light/config";

	function lit(settings: MqttSettings = LIGHT) {
		const scene = events(settings);
		scene.broker.accept();
		scene.broker.work();
		const { broker, light } = scene;
		return {
			...scene,
			set: (message: unknown) => {
				broker.deliver(SET, typeof message === "string" ? message : JSON.stringify(message));
				return light.order;
			},
			get state() {
				return JSON.parse(broker.retained(`${OWN}/light`) ?? "null");
			},
		};
	}

	test("is announced and heard of only where its owner lets the broker's users set it", () => {
		assert.deepEqual(lit().broker.subscriptions, [`${OWN}/command`, SET]);
		assert.ok(lit().broker.retained(CONFIG));
		const { broker } = lit({ ...LIGHT, light: false });
		assert.deepEqual(broker.subscriptions, [`${OWN}/command`]);
		assert.equal(broker.retained(CONFIG), undefined);
		assert.equal(broker.retained(`${OWN}/light`), undefined);
	});

	test("is set by what Home Assistant sends, until the next order, and says what it shows", () => {
		const scene = lit();
		assert.deepEqual(scene.state, { state: "OFF" });
		const white = { color: 0xffffff, effect: "solid", duration: null, intensity: 100 };
		assert.deepEqual(scene.set({ state: "ON" }), white);
		const blue = { state: "ON", brightness: 50, color: { r: 0, g: 0, b: 255 }, effect: "breathe" };
		assert.deepEqual(scene.set(blue), { color: 255, effect: "breathe", duration: null, intensity: 50 });
		assert.deepEqual(scene.state, { ...blue, color_mode: "rgb" });
		assert.equal(scene.set({ state: "ON", brightness: 10, transition: 2 })?.color, 255);
		assert.equal(scene.set({ state: "OFF" }), undefined);
		assert.deepEqual(scene.state, { state: "OFF" });
		assert.deepEqual(scene.set({ state: "ON" }), {
			color: 255,
			effect: "breathe",
			duration: null,
			intensity: 10,
		});
	});

	test("shows there what was ordered elsewhere", () => {
		const scene = lit();
		scene.light.show({ color: 0xff0000, effect: "blink", duration: 5, intensity: 100 });
		assert.equal(scene.state.color.r, 255);
		scene.light.order = undefined;
		scene.it.tellLight();
		assert.deepEqual(scene.state, { state: "OFF" });
	});

	test("is not set by what cannot be understood, nor by an old message", () => {
		const { set, broker, light } = lit();
		for (const message of [
			"",
			"ON",
			"null",
			"[]",
			"{",
			{},
			{ state: "on" },
			{ state: true },
			{ state: "ON", brightness: 0 },
			{ state: "ON", brightness: 101 },
			{ state: "ON", brightness: "50" },
			{ state: "ON", color: "red" },
			{ state: "ON", color: { r: 256 } },
			{ state: "ON", color: { r: 0.5 } },
			{ state: "ON", effect: "strobe" },
			"x".repeat(5_000),
		])
			assert.equal(set(message), undefined, JSON.stringify(message));
		broker.deliver(SET, '{"state":"ON"}', { flags: 1 });
		broker.deliver(SET, '{"state":"ON"}', { flags: 8 });
		assert.equal(light.order, undefined);
	});

	test("tells the last of many states while the broker is slow, and all of it again after a cut", () => {
		const scene = lit();
		const { broker, light, host } = scene;
		broker.acknowledges = false;
		const before = broker.on(`${OWN}/light`).length;
		for (let red = 1; red <= 100; red++)
			light.show({ color: red << 16, effect: "solid", duration: null, intensity: 100 });
		assert.equal(broker.on(`${OWN}/light`).length, before + 1);
		broker.acknowledges = true;
		for (const acknowledge of broker.unacknowledged.splice(0)) acknowledge();
		assert.deepEqual([scene.state.color.r, broker.on(`${OWN}/light`).length], [100, before + 2]);
		broker.drop();
		host.advance(1_000);
		broker.accept();
		assert.equal(scene.state.color.r, 100);
		assert.equal(broker.on(`${OWN}/light`).length, before + 3);
	});

	test("is withdrawn when the owner does not let them any more, or leaves", () => {
		for (const settings of [{ ...LIGHT, light: false }, null]) {
			const { broker, it } = lit();
			it.configure(settings);
			assert.equal(broker.retained(CONFIG), "");
			assert.equal(broker.retained(`${OWN}/light`), "");
		}
	});
});
