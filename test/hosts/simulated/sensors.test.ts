import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Motion } from "../../../hosts/host";
import { SimulatedButton } from "../../../hosts/simulated/button";
import { SimulatedSensors } from "../../../hosts/simulated/sensors";
import { FakeTime } from "../../fakes/host";

function makeSensors(seed = 1) {
	// A Saturday evening wherever this runs: somebody is home.
	const time = new FakeTime(new Date(2026, 4, 9, 19).getTime());
	const exceptions: unknown[] = [];
	const onException = (error: unknown) => void exceptions.push(error);
	const sensors = new SimulatedSensors({ seed, clock: time, timers: time, onException });
	const motions: Motion[] = [];
	sensors.onMotion = (motion) => motions.push(motion);
	return { time, sensors, motions, exceptions };
}

describe("simulated sensors", () => {
	test("the same seed reads the same at the same hour", () => {
		assert.deepEqual(makeSensors(5).sensors.read(), makeSensors(5).sensors.read());
		assert.notDeepEqual(makeSensors(6).sensors.read(), makeSensors(5).sensors.read());
	});

	test("all quantities are read", () => {
		const names = Object.keys(makeSensors().sensors.read()).sort();
		assert.deepEqual(names, ["co2", "humidity", "illuminance", "motion", "pressure", "temperature"]);
	});

	test("people pass by themselves, the same in every run", () => {
		const first = makeSensors();
		first.time.advance(7_200_000);
		const second = makeSensors();
		second.time.advance(7_200_000);
		assert.ok(first.motions.length > 5);
		assert.deepEqual(second.motions, first.motions);
	});

	test("somebody can be made to pass", () => {
		const { sensors, motions } = makeSensors();
		sensors.move("right-to-left");
		assert.ok((sensors.read().motion ?? 0) >= 12, "who passes is seen by the readings as well");
		assert.deepEqual(motions, ["right-to-left"]);
	});

	test("a clock that jumps by years is no harm", () => {
		const { time, sensors, motions } = makeSensors();
		time.jump(Date.UTC(2090, 0));
		time.advance(1_000);
		time.jump(0);
		time.advance(1_000);
		assert.ok(motions.length <= 2);
		assert.ok(Number.isFinite(sensors.read().temperature));
	});

	test("the temperature offset is taken from what the sensor for CO2 warms itself", () => {
		const { sensors } = makeSensors();
		const { temperature = 0 } = sensors.read();
		sensors.configure({ temperatureOffset: 6, altitude: 0 });
		assert.equal(sensors.read().temperature, Math.round((temperature - 2) * 100) / 100);
		sensors.configure(null);
		assert.equal(sensors.read().temperature, temperature);
	});

	test("the sensor for CO2 is recalibrated once it has measured for 3 minutes", () => {
		const { sensors, time } = makeSensors();
		assert.match(sensors.co2.unready ?? "", /3 minutes/);
		time.advance(180_000);
		assert.equal(sensors.co2.unready, undefined);
		const told: boolean[] = [];
		sensors.co2.recalibrate(420, (worked) => told.push(worked));
		assert.match(sensors.co2.unready ?? "", /3 minutes/);
		time.advance(1_000);
		assert.deepEqual(told, [true]);
		assert.ok(Math.abs((sensors.read().co2 ?? 0) - 420) < 5);
	});

	test("when it is closed nothing runs", () => {
		const { time, sensors } = makeSensors();
		sensors.close();
		assert.equal(time.pending, 0);
	});

	test("an exception of the device's is told and no more", () => {
		const { sensors, exceptions } = makeSensors();
		sensors.onMotion = () => {
			throw new Error("boom");
		};
		sensors.move("left-to-right");
		assert.equal(exceptions.length, 1);
	});

	test("a breath is CO2 and damp for a minute, and leaves the rest as it was", () => {
		const { sensors, time } = makeSensors();
		const before = sensors.read();
		sensors.breathe();
		const after = sensors.read();
		assert.equal(after.co2, before.co2! + 1_800);
		assert.ok(after.humidity! > before.humidity! + 13);
		assert.equal(after.temperature, before.temperature);
		time.advance(30_000);
		const { co2 } = sensors.read();
		assert.ok(co2! > before.co2! + 300 && co2! < before.co2! + 600, `${co2}`);
		time.advance(30_000);
		assert.ok(sensors.read().co2! < before.co2! + 100);
	});
});

describe("simulated button", () => {
	function makeButton() {
		const time = new FakeTime();
		const exceptions: unknown[] = [];
		const button = new SimulatedButton({ timers: time, onException: (error) => exceptions.push(error) });
		const changes: boolean[] = [];
		button.onChange = (pressed) => changes.push(pressed);
		return { time, button, changes, exceptions };
	}

	test("is pressed at once and let go after so many seconds", () => {
		const { time, button, changes } = makeButton();
		assert.equal(button.press(11), true);
		assert.deepEqual(changes, [true]);
		time.advance(10_999);
		assert.deepEqual(changes, [true]);
		time.advance(1);
		assert.deepEqual(changes, [true, false]);
	});

	test("cannot be pressed while it is held, and can be afterwards", () => {
		const { time, button, changes } = makeButton();
		button.press(1);
		assert.equal(button.press(1), false);
		time.advance(1_000);
		assert.equal(button.press(1), true);
		assert.deepEqual(changes, [true, false, true]);
	});

	test("is held until it is let go", () => {
		const { time, button, changes } = makeButton();
		assert.equal(button.hold(), true);
		assert.equal(button.press(1), false);
		time.advance(100_000);
		assert.deepEqual(changes, [true]);
		button.release();
		button.release();
		assert.deepEqual(changes, [true, false]);
	});

	test("a press that has its time keeps it", () => {
		const { time, button, changes } = makeButton();
		button.press(11);
		button.release();
		assert.deepEqual(changes, [true]);
		time.advance(11_000);
		assert.deepEqual(changes, [true, false]);
	});

	test("when it is closed it is not let go any more", () => {
		const { time, button, changes } = makeButton();
		button.press(1);
		button.close();
		time.advance(10_000);
		assert.deepEqual(changes, [true]);
		assert.equal(time.pending, 0);
	});

	test("an exception of the device's is told and no more", () => {
		const { time, button, exceptions } = makeButton();
		button.onChange = () => {
			throw new Error("boom");
		};
		button.press(1);
		time.advance(1_000);
		assert.equal(exceptions.length, 2);
	});
});
