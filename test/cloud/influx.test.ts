import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { InfluxDb, influxd } from "./support/databases";
import { compare } from "./support/device";
import { ONE_FOR_ONE } from "./support/one-for-one";

const OPTIONS = { skip: influxd.skip, concurrency: true, timeout: 600_000 };

describe("points in InfluxDB are, one for one, the windows that the device measured", OPTIONS, () => {
	for (const [name, run] of Object.entries(ONE_FOR_ONE))
		test(name, (t) => run(t, (scope) => InfluxDb.create(scope)));
});

test("what compares them finds a point that is missing, too many or different", () => {
	const measured = new Map([10, 20, 30].map((time) => [time, { co2: time }]));
	const stored = new Map([
		[10, { co2: 10, motionEvents: 0 }],
		[20, { co2: 21, motionEvents: 0 }],
		[40, { co2: 40, motionEvents: 0 }],
	]);
	assert.deepEqual(compare(measured, stored), { missing: [30], extra: [40], different: [20] });
});
