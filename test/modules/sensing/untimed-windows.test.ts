import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { WINDOWS_UNTIMED } from "../../../modules/limits";
import { UntimedWindows } from "../../../modules/sensing/untimed-windows";
import type { Window } from "../../../modules/sensing/window";

const windowAt = (time: number): Window => ({
	time,
	samples: 10,
	motionEvents: time % 3,
	readings: {
		temperature: -3.25 + time / 100,
		humidity: 40.1,
		pressure: 101_325,
		illuminance: 0.4,
		co2: 612,
		motion: 1.25,
	},
});

function taken(windows: UntimedWindows): Window[] {
	const list: Window[] = [];
	windows.take((window) => list.push(window));
	return list;
}

describe("UntimedWindows", () => {
	test("gives back what it was given, in order, once", () => {
		const windows = new UntimedWindows();
		const given = [10, 20, 40].map(windowAt);
		for (const window of given) assert.equal(windows.add(window), true);
		assert.equal(windows.count, 3);
		assert.deepEqual(taken(windows), given);
		assert.deepEqual(taken(windows), []);
	});

	test("keeps what was never read absent", () => {
		const windows = new UntimedWindows();
		const given: Window = { time: 10, samples: 0, motionEvents: 2, readings: {} };
		windows.add(given);
		assert.deepEqual(taken(windows), [given]);
	});

	test("of too many the oldest make room, and it says so", () => {
		const windows = new UntimedWindows();
		let lost = 0;
		for (let i = 0; i < 3 * WINDOWS_UNTIMED + 7; i++) if (!windows.add(windowAt(10 * i))) lost++;
		assert.equal(lost, 2 * WINDOWS_UNTIMED + 7);
		const times = taken(windows).map(({ time }) => time);
		assert.deepEqual(
			times,
			Array.from({ length: WINDOWS_UNTIMED }, (_, i) => 10 * (lost + i)),
		);
	});

	test("what comes while they are given out waits for the next time", () => {
		const windows = new UntimedWindows();
		windows.add(windowAt(10));
		windows.take(() => windows.add(windowAt(20)));
		assert.deepEqual(taken(windows), [windowAt(20)]);
	});
});
