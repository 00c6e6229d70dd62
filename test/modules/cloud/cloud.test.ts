import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Host } from "../../../hosts/host";
import { Cloud } from "../../../modules/cloud/cloud";
import { WINDOW, WINDOWS_UNTIMED } from "../../../modules/limits";
import { Sampler } from "../../../modules/sensing/sampler";
import type { Window } from "../../../modules/sensing/window";
import { FakeBroker, FakeDatabase } from "../../fakes/cloud";
import { FakeHost } from "../../fakes/host";
import { FakeStorage } from "../../fakes/storage";

const INFLUX = { url: "https://db.example.org", database: "home", trust: {} };
const MQTT = { url: "mqtts://broker.example.org", topic: "ambient16", discovery: false, trust: {} };
const HOUR = 3_600_000;
const START = Date.UTC(2026, 0, 1);

/**
 * A sampler and a cloud as the device joins them. The room's temperature is the time since the start, in steps of
 * a hundredth of a degree a second: so a point tells when it was measured.
 */
class Rig {
	readonly host = new FakeHost();
	readonly database = new FakeDatabase();
	readonly broker = new FakeBroker();
	readonly storage: FakeStorage;
	readonly problems: string[] = [];
	readonly windows: Window[] = [];
	/** How many of them had waited for their time. */
	late = 0;
	cloud!: Cloud;
	sampler!: Sampler;

	constructor({ synced = true, sectors = 64 } = {}) {
		this.host.time.synced = synced;
		this.storage = new FakeStorage(sectors, 1024);
		Object.assign(this.host, { storage: this.storage });
		const connect: Host["network"]["connect"] = (to, handler) =>
			(to.endpoint.host === "db.example.org" ? this.database : this.broker).connect(to, handler);
		Object.assign(this.host.network, { connect });
		const start = this.host.time.monotonic();
		this.host.sensors.read = () => ({
			temperature: Math.round((this.host.time.monotonic() - start) / 1000) / 100,
		});
		this.start();
	}

	start(): void {
		const { host } = this;
		this.sampler = new Sampler(host, {
			onWindow: (window, late) => {
				this.windows.push(window);
				if (late) this.late++;
				this.cloud.window(window, late);
			},
			onMotion: (motion) => this.cloud.motion(motion),
		});
		this.cloud = new Cloud(host, {
			sampler: this.sampler,
			token: { value: "abcdefgh" },
			settings: { value: { name: null } },
			mqttApi: { execute() {} },
			light: { order: undefined, show() {} },
			diagnose: () => ({}),
			onProblem: (message) => this.problems.push(message),
			onUpload() {},
		});
		this.cloud.configure(INFLUX, MQTT);
	}

	/** The power goes and comes back. */
	restart(): void {
		this.sampler.close();
		this.cloud.close();
		this.start();
	}

	/** Lets time pass in steps of a second, in which the database answers. */
	pass(ms: number): void {
		for (let passed = 0; passed < ms; passed += 1_000) {
			this.host.advance(1_000);
			this.database.work();
			this.broker.work();
		}
	}

	/** Lets all that waits be sent. */
	drain(): void {
		this.database.answer = () => 204;
		for (let i = 0; i < 200 && this.cloud.status.points.waiting > 0; i++) {
			this.host.realTime.advance(300_000);
			this.database.work();
		}
	}

	/** The points that the database has, by time. A time with two values throws. */
	get points(): Map<number, number> {
		const points = new Map<number, number>();
		for (const { body } of this.#taken()) {
			for (const line of body.split("\n")) {
				const [, temperature, time] = /temperature=([\d.]+).* (\d+)$/.exec(line) ?? [];
				const known = points.get(Number(time));
				assert.ok(known === undefined || known === Number(temperature), `two points at ${time}`);
				points.set(Number(time), Number(temperature));
			}
		}
		return points;
	}

	#taken() {
		return this.database.requests.filter(({ body }) => {
			const lines = body.split("\n");
			return lines.every((line) => this.database.taken.includes(Number(line.split(" ").at(-1))));
		});
	}
}

/** Whether each point's temperature, and with it the moment, is that of its time, the clock being off by `offset` s. */
function areRight(points: Iterable<[number, number]>, offset = 0, tolerance = 5): void {
	for (const [time, temperature] of points) {
		// The mean of ten readings, a second apart, from the start of the window on.
		const moment = START / 1000 + temperature * 100 - 4.5 + offset;
		assert.ok(Math.abs(moment - time) <= tolerance, `measured at ${moment}, stored at ${time}`);
	}
}

/** Before the clock was set, windows were aligned to another one: they go to the window in which they began. */
const UNALIGNED = 10;

describe("the clock", () => {
	test("windows from before it was set get their times, once each", () => {
		const rig = new Rig({ synced: false });
		// An hour after 1970 by the clock that is not set.
		rig.host.time.jump(HOUR);
		rig.pass(120_000);
		assert.equal(rig.database.requests.length, 0);
		assert.equal(rig.cloud.status.points.waiting, 12);
		assert.equal(rig.windows.length, 0);
		rig.host.time.synced = true;
		rig.host.time.jump(START + 120_000);
		rig.pass(60_000);
		assert.equal(rig.cloud.status.points.waiting, 0);
		const { points } = rig;
		assert.ok(points.size >= 18);
		assert.equal(points.size, rig.windows.length);
		areRight(points, 0, UNALIGNED);
	});

	test("jumps before it was set make no window wrong, and none twice", () => {
		const rig = new Rig({ synced: false });
		for (const jump of [HOUR, -HOUR, -HOUR, 5_000, 20 * 365 * 24 * HOUR]) {
			rig.host.time.jump(rig.host.time.now() + jump);
			rig.pass(123_000);
		}
		assert.equal(rig.database.requests.length, 0);
		rig.host.time.synced = true;
		rig.host.time.jump(START + 5 * 123_000);
		rig.pass(60_000);
		// Once set, it may jump as well.
		rig.host.time.jump(rig.host.time.now() + HOUR);
		rig.pass(60_000);
		assert.equal(rig.cloud.status.points.waiting, 0);
		const points = [...rig.points];
		assert.equal(points.length, rig.windows.length);
		assert.equal(rig.database.taken.length, rig.windows.length);
		areRight(points.slice(0, -6), 0, UNALIGNED);
		areRight(points.slice(-6), HOUR / 1000);
	});

	test("windows from before it was set go to the database, and not to the broker", () => {
		const rig = new Rig({ synced: false });
		rig.broker.accept();
		rig.pass(HOUR / 2);
		rig.host.time.synced = true;
		rig.pass(10_000);
		assert.ok(rig.windows.length > rig.late && rig.late > 100);
		assert.equal(rig.points.size, rig.windows.length);
		assert.equal(rig.broker.on("ambient16/10000fb38278/data").length, rig.windows.length - rig.late);
	});

	test("windows without a time are bounded, and those lost are counted", () => {
		const rig = new Rig({ synced: false });
		rig.pass((WINDOWS_UNTIMED + 20) * 10_000);
		const { waiting, lost } = rig.cloud.status.points;
		assert.ok(lost >= 19);
		assert.equal(waiting, WINDOWS_UNTIMED);
		rig.host.time.synced = true;
		rig.host.time.jump(START + rig.host.time.monotonic() - 1_000);
		rig.pass(600_000);
		assert.equal(rig.cloud.status.points.lost, lost);
		assert.equal(rig.points.size, rig.windows.length);
		assert.equal(rig.late, WINDOWS_UNTIMED);
		areRight(rig.points, 0, UNALIGNED);
	});

	for (const [name, jump] of [
		["forward", HOUR],
		["back", -HOUR],
		["forward by half a window", 5_000],
		["back by half a window", -5_000],
	] as const)
		test(`a jump ${name} makes no point wrong and none twice`, () => {
			const rig = new Rig();
			rig.pass(HOUR);
			const before = new Set(rig.points.keys());
			rig.host.time.jump(rig.host.time.now() + jump);
			rig.pass(2 * HOUR);
			rig.drain();
			const { points } = rig;
			assert.equal(points.size, rig.windows.length);
			assert.equal(rig.database.taken.length, rig.windows.length, "a point came twice");
			const isEarlier = ([time]: [number, number]) => before.has(time);
			areRight([...points].filter(isEarlier));
			// The one that was open when it jumped may belong to either.
			const later = [...points].filter((point) => !isEarlier(point)).slice(1);
			areRight(later, jump / 1000);
			// Two hours, less the hour whose times were given out before.
			assert.ok(later.length >= (jump === -HOUR ? 355 : 715), `${later.length} points`);
		});

	test("an hour ahead by mistake and back again loses no window and makes none twice", () => {
		const rig = new Rig();
		rig.pass(HOUR);
		rig.host.time.jump(rig.host.time.now() + HOUR);
		rig.pass(100_000);
		rig.host.time.jump(rig.host.time.now() - HOUR);
		rig.pass(HOUR / 2);
		rig.drain();
		assert.equal(rig.points.size, rig.windows.length);
		assert.equal(rig.database.taken.length, rig.windows.length);
		assert.ok(rig.windows.length >= 360 + 9 + 178, `${rig.windows.length}`);
	});
});

describe("the pause", () => {
	test("HTTPS mode entered ten times loses nothing and sends nothing twice", () => {
		const rig = new Rig();
		for (let i = 0; i < 10; i++) {
			rig.pass(35_000);
			rig.cloud.suspend();
			const { length } = rig.database.requests;
			rig.pass(125_000);
			assert.equal(rig.database.requests.length, length, "sent in HTTPS mode");
			rig.cloud.resume();
		}
		rig.drain();
		assert.deepEqual(
			rig.database.taken,
			rig.windows.map(({ time }) => time),
		);
	});

	test("a batch that is under way when it begins is sent again, and its points are the same", () => {
		const rig = new Rig();
		rig.host.advance(30_000);
		rig.cloud.suspend();
		rig.database.work();
		rig.cloud.resume();
		rig.drain();
		assert.equal(rig.points.size, rig.windows.length);
	});
});

describe("the storage", () => {
	test("one that fails loses the point, counts it, says so, and goes on", () => {
		const rig = new Rig();
		rig.pass(30_000);
		rig.storage.power = 0;
		rig.pass(20_000);
		assert.equal(rig.cloud.status.points.lost, 2);
		assert.ok(rig.problems.includes("the storage of points could not be written"));
		rig.storage.power = Number.POSITIVE_INFINITY;
		rig.pass(30_000);
		rig.drain();
		assert.equal(rig.points.size, rig.windows.length - 2);
	});

	test("when it is full the oldest points make room, and are counted", () => {
		const rig = new Rig({ sectors: 4 });
		rig.database.answer = () => 503;
		rig.pass(HOUR);
		const { waiting, lost } = rig.cloud.status.points;
		assert.ok(waiting > 50 && lost > 0, `${waiting} wait, ${lost} are lost`);
		assert.equal(waiting + lost, rig.windows.length);
		rig.drain();
		assert.deepEqual(
			rig.database.taken,
			rig.windows.slice(lost).map(({ time }) => time),
		);
	});

	test("a device without any measures and tells the broker", () => {
		const rig = new Rig();
		Object.assign(rig.host, { storage: undefined });
		rig.restart();
		rig.broker.accept();
		rig.pass(20_000);
		assert.equal(rig.broker.on("ambient16/10000fb38278/data").length, 2);
		assert.equal(rig.cloud.status.points.waiting, 0);
	});

	test("erased, nothing waits and nothing is sent any more", () => {
		const rig = new Rig();
		rig.database.answer = () => 503;
		rig.pass(60_000);
		rig.cloud.erase();
		const { length } = rig.database.requests;
		rig.pass(60_000);
		assert.equal(rig.database.requests.length, length);
		assert.ok(rig.cloud.status.points.waiting <= 6);
	});
});

test("erased before the clock was set, windows that waited for their time and those that were lost are nobody's", () => {
	const rig = new Rig({ synced: false });
	rig.pass((WINDOWS_UNTIMED + 5) * 10_000);
	assert.ok(rig.cloud.status.points.lost > 0 && rig.cloud.status.points.waiting > 0);
	rig.cloud.erase();
	assert.deepEqual(rig.cloud.status.points, { waiting: 0, sent: 0, lost: 0, refused: 0 });
	rig.cloud.configure(INFLUX, MQTT);
	rig.host.time.synced = true;
	const from = START + 40 * HOUR;
	rig.host.time.jump(from);
	rig.pass(60_000);
	assert.ok(rig.points.size > 0);
	for (const time of rig.points.keys()) assert.ok(time >= from / 1000 - 10, `${time}`);
});

test("whatever happens, every window arrives, and never with two values", () => {
	const action = fc.oneof(
		fc.record({ pass: fc.integer({ min: 1, max: 400 }) }),
		fc.record({ jump: fc.constantFrom(-HOUR, HOUR, -600_000, 600_000, -3_000, 3_000, 700) }),
		fc.record({ answer: fc.constantFrom(204, 401, 429, 500, 503) }),
		fc.constantFrom({ suspend: true }, { suspend: false }, { reaches: true }, { reaches: false }),
	);
	fc.assert(
		fc.property(fc.boolean(), fc.array(action, { maxLength: 25 }), (synced, actions) => {
			const rig = new Rig({ synced, sectors: 256 });
			let passed = 0;
			for (const action of actions) {
				if ("pass" in action) {
					passed += action.pass * 1_000;
					// Windows without a time wait in memory, and no more of them than that.
					if (passed > WINDOWS_UNTIMED * WINDOW) rig.host.time.synced = true;
					rig.pass(action.pass * 1_000);
				} else if ("jump" in action) rig.host.time.jump(rig.host.time.now() + action.jump);
				else if ("answer" in action) rig.database.answer = () => action.answer;
				else if ("reaches" in action) {
					// Its answers are lost; it has the points all the same, if they reach it.
					rig.database.answer = (lines) => {
						if (action.reaches)
							rig.database.taken.push(...lines.map((line) => Number(line.split(" ").at(-1))));
						return { status: undefined, error: "lost" };
					};
				} else if (action.suspend) rig.cloud.suspend();
				else rig.cloud.resume();
			}
			rig.host.time.synced = true;
			rig.cloud.resume();
			rig.pass(30_000);
			rig.drain();
			const { waiting, lost, refused } = rig.cloud.status.points;
			assert.deepEqual([waiting, lost, refused], [0, 0, 0]);
			assert.equal(rig.points.size, rig.windows.length);
		}),
		{ numRuns: 60 },
	);
});
