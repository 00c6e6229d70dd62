import assert from "node:assert/strict";
import { test } from "node:test";
import type { Co2Sensor, Sensors } from "../../../hosts/host";
import { Recalibration } from "../../../modules/sensing/recalibration";

function recalibrated(recalibrate: Co2Sensor["recalibrate"]): Recalibration {
	const sensors: Sensors = { read: () => ({}), onMotion() {}, co2: { unready: undefined, recalibrate } };
	const recalibration = new Recalibration(sensors);
	assert.equal(recalibration.last, undefined);
	recalibration.start(420);
	return recalibration;
}

test("it runs until the sensor says what became of it", () => {
	for (const [worked, state] of [
		[true, "done"],
		[false, "failed"],
	] as const) {
		let end = (_worked: boolean) => {};
		const recalibration = recalibrated((co2, done) => {
			assert.equal(co2, 420);
			end = done;
		});
		assert.deepEqual(recalibration.last, { co2: 420, state: "running" });
		end(worked);
		assert.deepEqual(recalibration.last, { co2: 420, state });
	}
});

test("what an earlier one becomes late says nothing of the last", () => {
	const ends: ((worked: boolean) => void)[] = [];
	const recalibration = recalibrated((_co2, done) => ends.push(done));
	recalibration.start(500);
	ends[0]?.(true);
	assert.deepEqual(recalibration.last, { co2: 500, state: "running" });
});

test("it fails if the sensor has just gone", () => {
	const recalibration = recalibrated(() => {
		throw new Error("gone");
	});
	assert.deepEqual(recalibration.last, { co2: 420, state: "failed" });
});
