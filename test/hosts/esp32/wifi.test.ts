import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { RadioEvents } from "../../../hosts/esp32/radio";
import { ChipWifi } from "../../../hosts/esp32/wifi";
import { FakeTime } from "../../fakes/host";

const HOME = { ssid: "home", password: "secret secret" };
const OTHER = { ssid: "other", password: "" };
const ACCESS_POINT = "Ambient16-10000fb38278";
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

class Scene {
	readonly time = new FakeTime();
	/** What the radio was told. */
	readonly calls: string[] = [];
	/** What the rest of the device was told. */
	readonly told: string[] = [];
	readonly problems: string[] = [];
	readonly exceptions: unknown[] = [];
	events!: RadioEvents;
	/** Calls of the radio throw. */
	broken = false;
	readonly wifi = new ChipWifi({
		name: ACCESS_POINT,
		radio: (events) => {
			this.events = events;
			const call = (text: string) => {
				if (this.broken) throw new Error("no radio");
				this.calls.push(text);
			};
			return {
				connect: ({ ssid }) => call(`connect ${ssid}`),
				idle: () => call("idle"),
				accessPoint: (ssid) => call(`access point ${ssid}`),
			};
		},
		clock: this.time,
		timers: this.time,
		random: (count) => new Uint8Array(count).fill(255),
		onOnline: (joined) => this.told.push(joined ? "joined" : "access point"),
		onOffline: () => this.told.push("offline"),
		onProblem: (message) => this.problems.push(message),
		onException: (error) => this.exceptions.push(error),
	});

	/** Joins, and gets an address. */
	settle(credentials = HOME): void {
		this.wifi.join(credentials);
		this.time.advance(1_000);
		this.events.onConnected();
		this.forget();
	}

	forget(): void {
		this.calls.length = 0;
		this.told.length = 0;
	}

	get attempts(): number {
		return this.calls.filter((call) => call.startsWith("connect")).length;
	}
}

describe("ChipWifi", () => {
	test("it joins the network that it is given", () => {
		const scene = new Scene();
		scene.wifi.join(HOME);
		scene.time.advance(1_000);
		assert.deepEqual(scene.calls, ["idle", "connect home"]);
		assert.deepEqual(scene.told, []);
		scene.events.onConnected();
		assert.deepEqual(scene.told, ["joined"]);
	});

	test("without credentials it is an access point with the udid in its name", () => {
		const scene = new Scene();
		scene.wifi.join(undefined);
		scene.time.advance(1_000);
		assert.deepEqual(scene.calls, ["idle", `access point ${ACCESS_POINT}`]);
		assert.deepEqual(scene.told, ["access point"]);
	});

	test("an access point stays one, however long (AirGradient #143)", () => {
		const scene = new Scene();
		scene.wifi.join(undefined);
		scene.time.advance(48 * HOUR);
		assert.deepEqual(scene.told, ["access point"]);
		assert.equal(scene.time.pending, 0);
	});

	test("it tries for ever, at least every two minutes in the end (AirGradient #151, Tasmota #3314)", () => {
		const scene = new Scene();
		scene.wifi.join(HOME);
		for (let i = 0; i < 1_000; i++) {
			const before = scene.attempts;
			scene.time.advance(61_001);
			assert.ok(scene.attempts > before);
			scene.events.onDisconnected();
		}
		assert.equal(scene.problems.length, 1);
	});

	test("it waits longer and longer between attempts, up to a minute", () => {
		const scene = new Scene();
		scene.wifi.join(HOME);
		scene.time.advance(1_000);
		const waits = Array.from({ length: 7 }, () => {
			const before = scene.attempts;
			scene.events.onDisconnected();
			let wait = 0;
			for (; scene.attempts === before; wait += 500) scene.time.advance(500);
			return wait;
		});
		assert.deepEqual(waits, [3_000, 5_000, 9_000, 17_000, 33_000, 61_000, 61_000]);
	});

	test("a network that lets it in and drops it at once is not stormed (rainmaker #1, PicoMQTT #74)", () => {
		const scene = new Scene();
		scene.wifi.join(HOME);
		for (let second = 0; second < 600; second++) {
			scene.time.advance(1_000);
			if (scene.calls.at(-1) === "connect home") {
				scene.events.onConnected();
				scene.events.onDisconnected();
			}
		}
		assert.ok(scene.attempts < 20, `${scene.attempts} attempts in ten minutes`);
	});

	test("after a time in the network the first attempt comes soon again (airrohr #841)", () => {
		const scene = new Scene();
		scene.settle();
		scene.time.advance(2 * MINUTE);
		scene.events.onDisconnected();
		assert.deepEqual(scene.told, ["offline"]);
		scene.time.advance(3_000);
		assert.equal(scene.attempts, 1);
		scene.events.onConnected();
		assert.deepEqual(scene.told, ["offline", "joined"]);
	});

	test("an attempt of which nothing is heard is given up", () => {
		const scene = new Scene();
		scene.wifi.join(HOME);
		scene.time.advance(1_000 + 30_000);
		assert.equal(scene.calls.at(-1), "idle");
		scene.time.advance(3_000);
		assert.equal(scene.attempts, 2);
	});

	test("what the radio tells late of an attempt that was given up starts nothing", () => {
		const scene = new Scene();
		scene.wifi.join(HOME);
		scene.time.advance(1_000 + 30_000);
		scene.forget();
		scene.events.onDisconnected();
		scene.events.onDisconnected();
		scene.events.onConnected();
		assert.deepEqual(scene.calls, []);
		assert.deepEqual(scene.told, []);
	});

	test("a new address in the same network is told", () => {
		const scene = new Scene();
		scene.settle();
		scene.events.onConnected();
		assert.deepEqual(scene.told, ["joined"]);
	});

	test("each outage is reported once", () => {
		const scene = new Scene();
		scene.settle();
		for (let outage = 0; outage < 3; outage++) {
			for (let i = 0; i < 4; i++) {
				scene.events.onDisconnected();
				scene.time.advance(61_000);
			}
			scene.events.onConnected();
		}
		assert.equal(scene.problems.length, 3);
		for (const problem of scene.problems) assert.ok(!problem.includes(HOME.ssid));
	});

	test("the answer to the pairing leaves before the access point closes", () => {
		const scene = new Scene();
		scene.wifi.join(undefined);
		scene.time.advance(1_000);
		scene.forget();
		scene.wifi.join(HOME);
		scene.time.advance(1_999);
		assert.deepEqual(scene.calls, []);
		scene.time.advance(1);
		assert.deepEqual(scene.told, ["offline"]);
		scene.time.advance(1_000);
		assert.deepEqual(scene.calls, ["idle", "connect home"]);
	});

	test("after a factory reset it becomes an access point", () => {
		const scene = new Scene();
		scene.settle();
		scene.wifi.join(undefined);
		scene.time.advance(3_000);
		assert.deepEqual(scene.calls, ["idle", `access point ${ACCESS_POINT}`]);
		assert.deepEqual(scene.told, ["offline", "access point"]);
	});

	test("a network that drops while another one is waited for does not keep it from being joined", () => {
		const scene = new Scene();
		scene.settle();
		scene.wifi.join(OTHER);
		scene.events.onDisconnected();
		scene.time.advance(10_000);
		assert.deepEqual([...new Set(scene.calls)], ["idle", "connect other"]);
	});

	test("a reset in the middle of an attempt leads to the access point, whatever the attempt still tells", () => {
		const scene = new Scene();
		scene.wifi.join(HOME);
		scene.time.advance(1_500);
		scene.wifi.join(undefined);
		scene.events.onConnected();
		scene.events.onDisconnected();
		scene.time.advance(10_000);
		assert.equal(scene.calls.at(-1), `access point ${ACCESS_POINT}`);
		assert.deepEqual(scene.told, ["access point"]);
	});

	test("a radio that throws is tried again, and nothing escapes", () => {
		const scene = new Scene();
		scene.broken = true;
		scene.wifi.join(HOME);
		scene.time.advance(5 * MINUTE);
		scene.broken = false;
		scene.time.advance(2 * MINUTE);
		assert.ok(scene.attempts > 0);
		scene.events.onConnected();
		assert.deepEqual(scene.told, ["joined"]);
	});

	test("an access point that cannot be opened is tried again", () => {
		const scene = new Scene();
		scene.broken = true;
		scene.wifi.join(undefined);
		scene.time.advance(5 * MINUTE);
		assert.equal(scene.problems.length, 1);
		scene.broken = false;
		scene.time.advance(2 * MINUTE);
		assert.deepEqual(scene.told, ["access point"]);
	});
});
