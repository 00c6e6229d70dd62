import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Motion, Readings, Sensors, Timers } from "../../../hosts/host";
import { CLOCK_JUMP, COUNTER_MAX, WINDOW, WINDOWS_UNTIMED } from "../../../modules/limits";
import { Sampler } from "../../../modules/sensing/sampler";
import type { Window } from "../../../modules/sensing/window";
import { FakeTime } from "../../fakes/host";

const HOUR = 3_600_000;
/** A multiple of WINDOW. */
const START = Date.UTC(2026, 0, 1);

interface SetUp {
	wall?: number;
	synced?: boolean;
	/** How late each timer is, ms. */
	late?: number[];
	read?(): Readings;
	onMotion?(motion: Motion): void;
}

function setUp({ wall = START, synced = true, late = [], read, onMotion = () => {} }: SetUp = {}) {
	const time = new FakeTime(wall);
	time.synced = synced;
	const timers: Timers = {
		once: (callback, ms) => time.once(callback, ms + (late.shift() ?? 0)),
		repeat: (callback, ms) => time.repeat(callback, ms),
		clear: (timer) => time.clear(timer),
	};
	const sensors: Sensors = { read: read ?? (() => ({ temperature: 20 })), onMotion() {} };
	const windows: Window[] = [];
	let waited = 0;
	const onWindow = (window: Window, isLate: boolean) => {
		windows.push(window);
		if (isLate) waited++;
	};
	const sampler = new Sampler({ clock: time, timers, sensors }, { onWindow, onMotion });
	/** Seconds from START of the windows so far. */
	const times = () => windows.map((window) => window.time - START / 1000);
	return { time, sensors, windows, sampler, times, late: () => waited };
}

/** Reads values one after the other, then nothing. */
function inTurn(...values: Readings[]): () => Readings {
	return () => values.shift() ?? {};
}

describe("a window", () => {
	test("holds ten readings, one a second, and closes at its end", () => {
		const { time, windows } = setUp();
		time.advance(9_999);
		assert.equal(windows.length, 0);
		time.advance(1);
		assert.deepEqual(windows, [
			{
				time: START / 1000,
				readings: { temperature: 20 },
				motionEvents: 0,
				samples: 10,
			},
		]);
	});

	test("is aligned to the wall clock, whenever the device started", () => {
		const { time, windows, times } = setUp({ wall: START + 6_400 });
		time.advance(33_600);
		assert.deepEqual(times(), [0, 10, 20, 30]);
		assert.deepEqual(
			windows.map(({ samples }) => samples),
			[4, 10, 10, 10],
		);
	});

	test("gives the mean of continuous quantities, rounded to their decimals", () => {
		const { time, windows } = setUp({
			read: inTurn(
				{ temperature: 20, humidity: 40, pressure: 101_325, illuminance: 0, co2: 600 },
				{ temperature: 20, humidity: 40, pressure: 101_326, illuminance: 0.1, co2: 601 },
				{ temperature: 21, humidity: 41, pressure: 101_326, illuminance: 0.1, co2: 601 },
			),
		});
		time.advance(10_000);
		const readings = { temperature: 20.33, humidity: 40.3, pressure: 101_326, illuminance: 0.1, co2: 601 };
		assert.deepEqual(windows[0]!.readings, readings);
	});

	test("gives the sum of motion", () => {
		const { time, windows } = setUp({ read: inTurn({ motion: 0.1 }, { motion: 0 }, { motion: 0.2 }) });
		time.advance(10_000);
		assert.deepEqual(windows[0]!.readings, { motion: 0.3 });
	});

	test("never gives -0", () => {
		const { time, windows } = setUp({ read: inTurn({ temperature: -0.001 }) });
		time.advance(10_000);
		assert.deepEqual(windows[0]!.readings, { temperature: 0 });
	});

	test("starts from nothing", () => {
		let temperature = 0;
		const { time, windows } = setUp({ read: () => ({ temperature: temperature++ }) });
		time.advance(20_000);
		assert.deepEqual(
			windows.map(({ readings }) => readings.temperature),
			[4.5, 14.5],
		);
	});

	test("leaves out what is not finite or not a number", () => {
		const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, null, "21", undefined];
		const { time, windows } = setUp({
			read: inTurn(
				...odd.map((temperature) => ({ temperature, humidity: 40 }) as Readings),
				{ temperature: 21 },
				{ temperature: 22 },
			),
		});
		time.advance(10_000);
		assert.deepEqual(windows[0]!.readings, { temperature: 21.5, humidity: 40 });
		assert.equal(windows[0]!.samples, 8);
	});

	test("has no quantity that was never read", () => {
		const { time, windows } = setUp({ read: inTurn({ temperature: 21, humidity: Number.NaN }) });
		time.advance(10_000);
		assert.deepEqual(Object.keys(windows[0]!.readings), ["temperature"]);
	});

	test("has no quantity whose readings are too large for a number", () => {
		const { time, windows } = setUp({ read: () => ({ pressure: Number.MAX_VALUE, co2: 1 }) });
		time.advance(10_000);
		assert.deepEqual(windows[0]!.readings, { co2: 1 });
	});

	test("has no quantity that nobody knows", () => {
		const { time, windows } = setUp({ read: () => ({ co2: 1, radon: 100 }) as Readings });
		time.advance(10_000);
		assert.deepEqual(windows[0]!.readings, { co2: 1 });
	});

	test("without data is left out, and the one before stays the latest", () => {
		const { time, times, sampler } = setUp({ read: inTurn(...Array(10).fill({ co2: 600 })) });
		time.advance(60_000);
		assert.deepEqual(times(), [0]);
		assert.equal(sampler.latest?.time, START / 1000);
	});

	test("is the latest as soon as it has closed", () => {
		const { time, windows, sampler } = setUp();
		assert.equal(sampler.latest, undefined);
		time.advance(10_000);
		assert.deepEqual(sampler.latest, windows[0]);
	});
});

describe("sensors", () => {
	test("that throw give no reading, and the next reading counts again", () => {
		let count = 0;
		const { time, windows } = setUp({
			read: () => {
				if (count++ % 2) throw new Error("no answer on I2C");
				return { temperature: 20 };
			},
		});
		time.advance(20_000);
		assert.deepEqual(
			windows.map(({ samples }) => samples),
			[5, 5],
		);
	});

	test("that always throw give no window", () => {
		const { time, windows } = setUp({
			read: () => {
				throw new Error("no answer on I2C");
			},
		});
		time.advance(60_000);
		assert.deepEqual(windows, []);
	});

	test("that give no object give no reading", () => {
		for (const nothing of [undefined, null, 21, "21"]) {
			const { time, windows } = setUp({ read: () => nothing as unknown as Readings });
			time.advance(20_000);
			assert.deepEqual(windows, []);
		}
	});

	test("that are slow at the end of a window count in the next one", () => {
		let value = 0;
		const { time, windows } = setUp({
			read: () => {
				time.jump(time.now());
				return { co2: value++ };
			},
		});
		time.advance(30_000);
		assert.deepEqual(
			windows.map(({ samples, readings }) => [samples, readings.co2]),
			[
				[10, 5],
				[10, 15],
				[10, 25],
			],
		);
	});
});

describe("motion", () => {
	test("is counted by direction since the start, and in its window", () => {
		const seen: Motion[] = [];
		const { time, windows, sensors, sampler } = setUp({ onMotion: (motion) => void seen.push(motion) });
		sensors.onMotion("left-to-right");
		time.advance(9_999);
		sensors.onMotion("right-to-left");
		time.advance(1);
		sensors.onMotion("left-to-right");
		time.advance(20_000);
		assert.deepEqual(
			windows.map(({ motionEvents }) => motionEvents),
			[2, 1, 0],
		);
		assert.deepEqual(sampler.events, { "left-to-right": 2, "right-to-left": 1 });
		assert.deepEqual(seen, ["left-to-right", "right-to-left", "left-to-right"]);
	});

	test("gives a window also where nothing else is measured", () => {
		const { time, windows, sensors } = setUp({ read: () => ({}) });
		sensors.onMotion("left-to-right");
		time.advance(20_000);
		assert.equal(windows.length, 1);
		assert.deepEqual(windows[0]!.readings, {});
		assert.equal(windows[0]!.motionEvents, 1);
		assert.equal(windows[0]!.samples, 0);
	});

	test("after the end of a window whose timer is late counts in the next one", () => {
		const { time, windows, sensors } = setUp({ late: [0, 25_000] });
		time.advance(13_000);
		sensors.onMotion("left-to-right");
		assert.equal(windows.length, 1);
		time.advance(27_000);
		assert.deepEqual(
			windows.map(({ motionEvents }) => motionEvents),
			[0, 1, 0, 0],
		);
	});

	test("counters wrap to 0 after COUNTER_MAX", () => {
		const { sensors, sampler } = setUp();
		(sampler.events as Record<Motion, number>)["left-to-right"] = COUNTER_MAX - 1;
		sensors.onMotion("left-to-right");
		assert.equal(sampler.events["left-to-right"], COUNTER_MAX);
		sensors.onMotion("left-to-right");
		assert.equal(sampler.events["left-to-right"], 0);
	});
});

describe("late timers", () => {
	test("neither merge nor invent windows", () => {
		const { time, windows, times } = setUp({ late: [0, 0, 0, 25_000] });
		time.advance(50_000);
		assert.deepEqual(times(), [0, 20, 30, 40]);
		assert.deepEqual(
			windows.map(({ samples }) => samples),
			[3, 2, 10, 10],
		);
	});

	test("do not shift the readings after them", () => {
		const at: number[] = [];
		const { time } = setUp({
			late: [0, 0, 400],
			read: () => {
				at.push(time.monotonic() - 1_000);
				return { co2: 1 };
			},
		});
		time.advance(5_000);
		assert.deepEqual(at, [0, 1_000, 2_400, 3_000, 4_000, 5_000]);
	});

	test("that are always late by a little lose no window", () => {
		const { time, windows, times } = setUp({ late: Array(1_000).fill(7) });
		time.advance(100_007);
		assert.deepEqual(times(), [0, 10, 20, 30, 40, 50, 60, 70, 80, 90]);
		for (const { samples } of windows) assert.equal(samples, 10);
	});

	test("early ones by a fraction of a ms read nothing twice", () => {
		const { time, windows } = setUp({ late: Array(1_000).fill(-0.4) });
		time.advance(30_010);
		assert.deepEqual(
			windows.map(({ samples }) => samples),
			[10, 10, 10],
		);
	});
});

describe("the wall clock", () => {
	test("running a little fast or slow costs no window and no reading", () => {
		for (const drift of [-400, -5, -1, 1, 5, 400]) {
			let reads = 0;
			const { time, windows, times } = setUp({ read: () => ({ co2: reads++ }) });
			for (let i = 0; i < 100; i++) {
				time.advance(10_000);
				time.jump(time.now() + drift);
			}
			const expected = Array.from(
				{ length: Math.floor((time.now() - drift - START) / WINDOW) },
				(_, i) => i * 10,
			);
			assert.deepEqual(times(), expected, `${drift} ms`);
			const held = windows.reduce((sum, { samples }) => sum + samples, 0);
			assert.ok(reads - held <= 10, `${drift} ms: ${held} of ${reads}`);
		}
	});

	test("set forward into a later window ends the window, which keeps its time", () => {
		const { time, windows, times } = setUp();
		time.advance(3_500);
		time.jump(START + HOUR + 6_000);
		time.advance(14_500);
		assert.deepEqual(times(), [0, 3_600, 3_610]);
		assert.deepEqual(
			windows.map(({ samples }) => samples),
			[4, 4, 10],
		);
	});

	test("set forward within a window lets it end earlier", () => {
		const { time, windows, times } = setUp();
		time.advance(3_500);
		time.jump(START + 7_000);
		time.advance(13_000);
		assert.deepEqual(times(), [0, 10]);
		assert.deepEqual(
			windows.map(({ samples }) => samples),
			[7, 10],
		);
	});

	test("set back within a window does not make it longer than 10 s", () => {
		const { time, windows, times, sampler } = setUp();
		time.advance(7_500);
		time.jump(START + 2_500);
		time.advance(2_500);
		assert.deepEqual(times(), [0]);
		assert.equal(windows[0]!.samples, 10);
		time.advance(15_000);
		assert.deepEqual(times(), [0, 10]);
		assert.equal(windows[1]!.samples, 10);
		assert.deepEqual(sampler.latest, windows[1]);
	});

	test("set back by an hour gives no time twice, and latest goes on", () => {
		const { time, times, sampler } = setUp();
		time.advance(HOUR + 5_000);
		time.jump(START + 5_000);
		const before = times();
		assert.equal(before.length, 360);
		time.advance(30_000);
		assert.equal(sampler.latest?.time, START / 1000 + 20);
		time.advance(HOUR + 45_000);
		assert.equal(new Set(times()).size, times().length);
		assert.deepEqual(times().slice(before.length), [3_600, 3_610, 3_620, 3_630, 3_640, 3_650, 3_660, 3_670]);
	});

	test("an hour ahead by mistake and back again costs no window", () => {
		const { time, times } = setUp();
		time.advance(25_000);
		time.jump(START + 25_000 + HOUR);
		time.advance(30_000);
		time.jump(START + 55_000);
		time.advance(45_000);
		assert.deepEqual(times(), [0, 10, 20, 3_620, 3_630, 3_640, 3_650, 50, 60, 70, 80, 90]);
	});

	test("set back to before the start loses only the windows that were given out", () => {
		const { time, times } = setUp();
		time.advance(15_000);
		time.jump(START - 25_000);
		time.advance(65_000);
		assert.deepEqual(times(), [0, 10, -30, -20, -10, 20, 30]);
	});

	test("set back while the timer was late by the same time does not mix two windows", () => {
		const { time, times, windows } = setUp({ late: [0, 0, 0, HOUR - 1_000] });
		time.advance(4_000);
		time.jump(time.now() - HOUR + 2_000);
		time.advance(HOUR - 2_000);
		assert.deepEqual(times(), [0]);
		assert.equal(windows[0]!.samples, 3);
	});

	test("jumping more often than can be remembered still gives no time twice", () => {
		const { time, times } = setUp();
		for (let i = 0; i < 30; i++) {
			time.jump(START + ((i * 7) % 30) * HOUR);
			time.advance(20_000);
		}
		assert.ok(times().length >= 60);
		for (let i = 0; i < 30; i++) {
			time.jump(START + i * HOUR);
			time.advance(30_000);
		}
		assert.equal(new Set(times()).size, times().length);
	});
});

describe("before the clock is set", () => {
	test("windows are aligned to the monotonic clock, and wait", () => {
		const { time, windows, sampler } = setUp({ wall: 3_456, synced: false });
		time.advance(9_000);
		assert.deepEqual([sampler.latest?.samples, sampler.latest?.time, sampler.untimed], [9, undefined, 1]);
		time.advance(20_000);
		assert.deepEqual([sampler.latest?.samples, sampler.untimed, windows.length], [10, 3, 0]);
	});

	test("a jump of the wall clock is of no concern", () => {
		const { time, sampler, times } = setUp({ wall: 3_456, synced: false });
		time.advance(5_000);
		time.jump(0);
		time.advance(10_000);
		time.jump(HOUR);
		time.advance(14_000);
		assert.equal(sampler.untimed, 3);
		time.jump(START + 30_000);
		time.synced = true;
		time.advance(1_000);
		assert.deepEqual(times(), [0, 10, 20]);
	});

	test("windows have no time; they get one, each its own, when the clock is set (WLED #1727, Tasmota #4152)", () => {
		const { time, windows, times, late, sampler } = setUp({ wall: 0, synced: false });
		time.advance(25_000);
		assert.equal(windows.length, 0);
		const { samples } = sampler.latest!;
		time.jump(START + 4_000);
		time.synced = true;
		assert.deepEqual([sampler.latest?.samples, sampler.latest?.time], [samples, undefined]);
		time.advance(1_000);
		// The one that was open lies across two of the clock's, and ends.
		assert.deepEqual(times(), [-30, -20, -10]);
		assert.equal(sampler.latest?.time, START / 1000 - 10);
		time.advance(35_000);
		assert.deepEqual(times(), [-30, -20, -10, 0, 10, 20, 30]);
		assert.equal(late(), 2);
		assert.equal(sampler.untimed, 0);
	});

	test("of too many that wait the oldest make room, and are counted until they are forgotten", () => {
		const { time, late, sampler } = setUp({ wall: 0, synced: false });
		time.advance((WINDOWS_UNTIMED + 3) * WINDOW);
		assert.deepEqual([sampler.untimed, sampler.lost], [WINDOWS_UNTIMED, 3]);
		sampler.forget();
		assert.deepEqual([sampler.untimed, sampler.lost], [0, 0]);
		time.jump(START);
		time.synced = true;
		time.advance(1_000);
		assert.equal(late(), 0);
	});

	test("an exception in onWindow keeps none of those that follow from their time", () => {
		const time = new FakeTime(0);
		time.synced = false;
		let told = 0;
		const onWindow = (_window: Window, late: boolean) => {
			if (late) told++;
			throw new Error("no room");
		};
		const sensors: Sensors = { read: () => ({ co2: 1 }), onMotion() {} };
		new Sampler({ clock: time, timers: time, sensors }, { onWindow, onMotion() {} });
		time.advance(35_000);
		time.synced = true;
		time.advance(1_000);
		assert.equal(told, 3);
	});

	test("the open window goes on if all of it lies in the one that the clock now tells", () => {
		const { time, windows, times } = setUp({ wall: 0, synced: false });
		time.advance(3_500);
		time.jump(START + 6_000);
		time.synced = true;
		time.advance(4_000);
		assert.deepEqual(times(), [0]);
		assert.equal(windows[0]!.samples, 8);
	});

	test("the times that windows got are taken when the clock is set back later", () => {
		const { time, times } = setUp({ wall: 0, synced: false });
		time.advance(HOUR);
		time.jump(START + HOUR);
		time.synced = true;
		time.advance(20_000);
		time.jump(START + HOUR / 2);
		time.advance(HOUR);
		assert.equal(new Set(times()).size, times().length);
		assert.ok(times().at(-1)! > HOUR / 1000);
	});

	test("these times are taken also when it is set back before another window closes", () => {
		let silent = false;
		const { time, times } = setUp({
			wall: 0,
			synced: false,
			read: () => (silent ? {} : { co2: 1 }),
		});
		time.advance(58_500);
		silent = true;
		time.advance(2_000);
		time.jump(START);
		time.synced = true;
		time.advance(2_000);
		silent = false;
		time.jump(START - 30_000);
		time.advance(60_000);
		assert.ok(times().length > 6);
		assert.equal(new Set(times()).size, times().length);
	});

	test("a clock that was set once stays set", () => {
		const { time, sampler, times } = setUp();
		time.advance(15_000);
		time.synced = false;
		time.advance(15_000);
		assert.deepEqual(times(), [0, 10, 20]);
		assert.equal(sampler.untimed, 0);
	});
});

describe("trouble", () => {
	test("an exception in onWindow or onMotion reaches neither timer nor sensor, and stops nothing", () => {
		const time = new FakeTime(START);
		let windows = 0;
		const sensors: Sensors = { read: () => ({ co2: 1 }), onMotion() {} };
		const onWindow = () => {
			windows++;
			throw new Error("no room");
		};
		const onMotion = () => {
			throw new Error("no broker");
		};
		new Sampler({ clock: time, timers: time, sensors }, { onWindow, onMotion });
		sensors.onMotion("left-to-right");
		time.advance(30_000);
		assert.equal(windows, 3);
	});

	test("a motion that is seen while a window is given out does not give it out again", () => {
		const time = new FakeTime(START);
		const sensors: Sensors = { read: () => ({ co2: 1 }), onMotion() {} };
		const windows: Window[] = [];
		const onWindow = (window: Window) => {
			windows.push(window);
			sensors.onMotion("left-to-right");
		};
		new Sampler({ clock: time, timers: time, sensors }, { onWindow, onMotion() {} });
		time.advance(20_000);
		assert.deepEqual(
			windows.map(({ motionEvents }) => motionEvents),
			[0, 1],
		);
	});

	test("closed, it holds no timer, reads nothing and counts nothing", () => {
		let reads = 0;
		const { time, windows, sensors, sampler } = setUp({ read: () => ({ co2: reads++ }) });
		time.advance(15_000);
		const before = reads;
		sampler.close();
		sampler.close();
		assert.equal(time.pending, 0);
		sensors.onMotion("left-to-right");
		time.advance(60_000);
		assert.equal(reads, before);
		assert.equal(windows.length, 1);
		assert.equal(sampler.events["left-to-right"], 0);
	});

	test("it can be closed from onWindow", () => {
		const time = new FakeTime(START);
		const sensors: Sensors = { read: () => ({ co2: 1 }), onMotion() {} };
		const onWindow = () => sampler.close();
		const host = { clock: time, timers: time, sensors };
		const sampler: Sampler = new Sampler(host, { onWindow, onMotion() {} });
		time.advance(60_000);
		assert.equal(time.pending, 0);
	});

	test("one timer is all it holds", () => {
		const { time } = setUp();
		for (let i = 0; i < 50; i++) {
			assert.equal(time.pending, 1);
			time.advance(777);
		}
	});
});

/**
 * Readings that tell which ones a window holds: their number, and twice the mean of their indices and of
 * the squares of these. Only successive readings have both right.
 */
function traced(time: FakeTime) {
	const reads: { monotonic: number; wall: number }[] = [];
	const read = (): Readings => {
		const index = reads.length;
		reads.push({ monotonic: time.monotonic(), wall: time.now() });
		return { pressure: 2 * index, motion: index * index };
	};
	/** The readings in a window; fails if they are not successive. */
	const inside = ({ readings, samples }: Window) => {
		const first = (readings.pressure! - (samples - 1)) / 2;
		let squares = 0;
		for (let i = first; i < first + samples; i++) squares += i * i;
		assert.equal(readings.motion, squares);
		return { first, end: first + samples, all: reads.slice(first, first + samples) };
	};
	return { reads, read, inside };
}

const lateness = fc.array(
	fc.oneof(
		fc.constant(0),
		fc.integer({ min: 0, max: 50 }),
		fc.integer({ min: 0, max: 3_000 }),
		fc.integer({ min: 0, max: 40_000 }),
	),
	{ maxLength: 300 },
);
const size = fc.oneof(
	fc.integer({ min: 0, max: 50 }),
	fc.integer({ min: 0, max: 1_100 }),
	fc.integer({ min: 0, max: 25_000 }),
	fc.integer({ min: 0, max: 2 * HOUR }),
);
const pause = fc.integer({ min: 0, max: 60_000 });
const begin = fc.integer({ min: 0, max: WINDOW - 1 });

describe("for any lateness of timers and any jumps of the clock", () => {
	function run(
		wall: number,
		synced: boolean,
		late: number[],
		steps: { pass: number; jump: number; set?: boolean }[],
	) {
		const holder: { read(): Readings } = { read: () => ({}) };
		const { time, windows } = setUp({ wall, synced, late: [...late], read: () => holder.read() });
		const trace = traced(time);
		holder.read = trace.read;
		for (const { pass, jump, set } of steps) {
			time.advance(pass);
			time.jump(time.now() + jump);
			if (set) time.synced = true;
		}
		time.synced = true;
		time.advance(120_000);
		return { windows, ...trace };
	}

	const anyJump = fc.tuple(size, fc.boolean()).map(([ms, back]) => (back ? -ms : ms));
	const anyStep = fc.record({ pass: pause, jump: anyJump, set: fc.boolean() });

	test("times are unique multiples of 10 s, no reading is in two windows, none lasts longer than it may", () => {
		fc.assert(
			fc.property(
				begin,
				fc.boolean(),
				lateness,
				fc.array(anyStep, { maxLength: 25 }),
				(ms, synced, late, steps) => {
					const { windows, inside } = run(START + ms, synced, late, steps);
					const times = windows.map(({ time }) => time);
					assert.equal(new Set(times).size, times.length);
					let end = 0;
					for (const window of windows) {
						assert.equal(window.time % (WINDOW / 1000), 0);
						const held = inside(window);
						assert.ok(held.first >= end);
						end = held.end;
						const lasted = held.all.at(-1)!.monotonic - held.all[0]!.monotonic;
						assert.ok(lasted < WINDOW + CLOCK_JUMP, `${lasted} ms`);
					}
				},
			),
			{ numRuns: 500 },
		);
	});

	test("without a jump back, times rise and every reading is in a window", () => {
		const step = fc.record({ pass: pause, jump: size });
		fc.assert(
			fc.property(begin, lateness, fc.array(step, { maxLength: 25 }), (ms, late, steps) => {
				const { windows, inside, reads } = run(START + ms, true, late, steps);
				let end = 0;
				for (const [i, window] of windows.entries()) {
					if (i) assert.ok(window.time > windows[i - 1]!.time);
					const held = inside(window);
					assert.equal(held.first, end);
					end = held.end;
					for (const { wall } of held.all) assert.ok(wall >= window.time * 1000);
				}
				assert.ok(reads.length - end <= 10);
			}),
			{ numRuns: 500 },
		);
	});

	test("without any jump, each reading is in the window of its time", () => {
		fc.assert(
			fc.property(begin, lateness, (ms, late) => {
				const { windows, inside } = run(START + ms, true, late, [{ pass: 300_000, jump: 0 }]);
				for (const window of windows)
					for (const { wall } of inside(window).all)
						assert.equal(Math.floor(wall / WINDOW) * (WINDOW / 1000), window.time);
			}),
		);
	});
});
