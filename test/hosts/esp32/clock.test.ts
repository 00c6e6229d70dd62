import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SettableClock } from "../../../hosts/esp32/clock";

const TIME = Date.UTC(2026, 6, 1);

describe("SettableClock", () => {
	test("it is not synced, and near 1970, until it is set", () => {
		const clock = new SettableClock(() => 5_000);
		assert.equal(clock.synced, false);
		assert.equal(clock.now(), 5_000);
	});

	test("it goes on from what it is set to", () => {
		let ticks = 5_000;
		const clock = new SettableClock(() => ticks);
		clock.set(TIME);
		ticks += 1_234;
		assert.equal(clock.synced, true);
		assert.equal(clock.now(), TIME + 1_234);
	});

	test("setting it leaves the monotonic clock alone", () => {
		const clock = new SettableClock(() => 5_000);
		clock.set(TIME);
		assert.equal(clock.monotonic(), 5_000);
	});

	test("wall time is whole ms when the ticks are", () => {
		const clock = new SettableClock(() => 5_000);
		clock.set(TIME + 0.4);
		assert.equal(clock.now(), TIME);
	});
});
