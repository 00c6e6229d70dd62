import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { InfluxDb, influxd } from "./support/databases";
import { compare, OwnedDevice } from "./support/device";
import { ONE_FOR_ONE } from "./support/one-for-one";
import { patiently } from "./support/service";

const OPTIONS = { skip: influxd.skip, concurrency: true, timeout: 600_000 };

describe("points in InfluxDB are, one for one, the windows that the device measured", OPTIONS, () => {
	for (const [name, run] of Object.entries(ONE_FOR_ONE))
		test(name, (t) => run(t, (scope) => InfluxDb.create(scope)));
});

test("every query of the Grafana dashboard finds what a device has measured", OPTIONS, async (t) => {
	const file = "docs/own-infrastructure/grafana/dashboards/ambient16.json";
	const { panels, templating } = JSON.parse(readFileSync(file, "utf8"));
	const database = await InfluxDb.create(t);
	const device = await OwnedDevice.create(t, { setInflux: database.settings }, 60);
	await patiently(async () => (await database.points()).size > 1, "no points");
	const queries: string[] = panels.flatMap(({ targets }: { targets: { query: string }[] }) =>
		targets.map(({ query }) => query),
	);
	assert.ok(queries.length >= 6);
	for (const query of [...queries, templating.list[0].query]) {
		const asked = query
			// Both ends, as Grafana gives them: without a second one InfluxDB leaves out what is later than now, as this is.
			.replace("$timeFilter", "time > 0 AND time < now() + 1000d")
			.replace("$__interval", "1000d")
			// As Grafana writes the value of a variable into a pattern.
			.replace(/\$\{udid:regex\}/, device.desk.udid);
		const { results } = await database.query(asked);
		assert.ok(results[0]?.series, asked);
	}
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
