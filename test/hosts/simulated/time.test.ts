import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ScaledTime, type SystemTime } from "../../../hosts/simulated/time";
import { FakeTime } from "../../fakes/host";

/** A computer whose timers obey setTimeout's bound and may fire early. */
class FakeSystem implements SystemTime {
	readonly time = new FakeTime(Date.UTC(2026, 0, 1));
	/** ms by which timers fire too early. */
	early = 0;
	longest = 0;

	now = () => this.time.now();
	monotonic = () => this.time.monotonic();
	set = (callback: () => void, ms: number) => {
		this.longest = Math.max(this.longest, ms);
		return this.time.once(callback, ms > 0x7fff_ffff ? 1 : Math.max(ms - this.early, 0.01));
	};
	clear = (handle: unknown) => this.time.clear(handle);
}

function make(rate: number) {
	const system = new FakeSystem();
	const errors: unknown[] = [];
	return { system, errors, time: new ScaledTime(rate, (error) => errors.push(error), system) };
}

describe("clock", () => {
	test("at rate 1 the wall time is the computer's and follows its jumps", () => {
		const { system, time } = make(1);
		system.time.jump(Date.UTC(2030, 5, 1));
		assert.equal(time.now(), Date.UTC(2030, 5, 1));
		system.time.jump(0);
		assert.equal(time.now(), 0);
	});

	test("at rate 60 a minute of the computer is an hour of both clocks", () => {
		const { system, time } = make(60);
		const wall = time.now();
		const monotonic = time.monotonic();
		system.time.advance(60_000);
		assert.equal(time.now() - wall, 3_600_000);
		assert.equal(time.monotonic() - monotonic, 3_600_000);
	});

	test("at another rate a jump of the computer's wall clock is as far", () => {
		const { system, time } = make(10);
		system.time.advance(60_000);
		const wall = time.now();
		const monotonic = time.monotonic();
		system.time.jump(system.time.now() - 3_600_000);
		assert.deepEqual([time.now() - wall, time.monotonic() - monotonic], [-3_600_000, 0]);
	});

	test("the wall time is a whole number of milliseconds", () => {
		const { system, time } = make(1.5);
		system.time.advance(1);
		assert.ok(Number.isInteger(time.now()));
	});
});

describe("timers", () => {
	test("once calls back once, when the device's time has come and not before", () => {
		const { system, time } = make(3600);
		let calls = 0;
		time.once(() => calls++, 3_600_000);
		system.time.advance(999);
		assert.equal(calls, 0);
		system.time.advance(1);
		assert.equal(calls, 1);
		system.time.advance(10_000);
		assert.equal(calls, 1);
	});

	test("a timer of the system that fires too early is not passed on", () => {
		const { system, time } = make(3600);
		system.early = 0.6;
		const due = time.monotonic() + 7_200_000;
		let at = 0;
		time.once(() => {
			at = time.monotonic();
		}, 7_200_000);
		system.time.advance(2_010);
		assert.ok(at >= due, `called at ${at}, due at ${due}`);
	});

	test("repeat keeps its pace however late each call is", () => {
		const { system, time } = make(1);
		let calls = 0;
		time.repeat(() => calls++, 1.5);
		system.time.advance(1_500);
		assert.equal(calls, 1_000);
	});

	test("repeat does not make up for what it missed", () => {
		const { system, time } = make(1);
		let calls = 0;
		const slow = time.repeat(() => {
			calls++;
			// The computer sleeps for an hour within the first call.
			if (calls === 1) system.time.advance(3_600_000);
		}, 1_000);
		system.time.advance(1_000);
		const afterSleep = calls;
		system.time.advance(2_000);
		assert.ok(calls - afterSleep <= 3, `${calls - afterSleep} calls`);
		time.clear(slow);
	});

	test("a cleared timer does not call back, and may be cleared again", () => {
		const { system, time } = make(1);
		let calls = 0;
		const once = time.once(() => calls++, 10);
		const repeat = time.repeat(() => {
			calls++;
			time.clear(repeat);
		}, 10);
		time.clear(once);
		time.clear(once);
		time.clear(undefined);
		system.time.advance(1_000);
		assert.equal(calls, 1);
		assert.equal(system.time.pending, 0);
	});

	test("a wait beyond setTimeout's 2^31 ms is waited for", () => {
		const { system, time } = make(1);
		const month = 31 * 86_400_000;
		let calls = 0;
		time.once(() => calls++, month);
		system.time.advance(month - 1);
		assert.equal(calls, 0);
		assert.ok(system.longest <= 0x7fff_ffff);
		system.time.advance(1);
		assert.equal(calls, 1);
	});

	test("an exception in a callback is told and ends nothing", () => {
		const { system, time, errors } = make(1);
		let calls = 0;
		time.repeat(() => {
			calls++;
			throw new Error("boom");
		}, 10);
		system.time.advance(30);
		assert.equal(calls, 3);
		assert.equal(errors.length, 3);
	});
});
