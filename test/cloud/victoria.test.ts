import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ask } from "./support/ask";
import { VictoriaMetrics, victoria } from "./support/databases";
import { NO_DIFFERENCE, OwnedDevice, settle } from "./support/device";
import { ONE_FOR_ONE } from "./support/one-for-one";

const OPTIONS = { skip: victoria.skip, concurrency: true, timeout: 600_000 };

describe("points in VictoriaMetrics are, one for one, the windows that the device measured", OPTIONS, () => {
	for (const [name, run] of Object.entries(ONE_FOR_ONE))
		test(name, (t) => run(t, (scope) => VictoriaMetrics.create(scope)));
});

describe("VictoriaMetrics", OPTIONS, () => {
	test("it is written to as InfluxDB 2 is", async (t) => {
		const database = await VictoriaMetrics.create(t, { closed: false });
		const url = `http://127.0.0.1:${database.port}`;
		const setInflux = { url, org: "me", bucket: "home", token: "x" };
		const device = await OwnedDevice.create(t, { setInflux }, 240);
		await device.measures(20);
		assert.deepEqual(await settle(device, database), NO_DIFFERENCE);
	});

	// Why docs/own-infrastructure.md asks for the option.
	test("a point that came twice is there twice, unless it runs with -dedup.minScrapeInterval=1ms", async (t) => {
		const time = Math.floor(Date.now() / 10_000) * 10;
		const duplicates = async (dedup: boolean) => {
			const database = await VictoriaMetrics.create(t, { closed: false, dedup });
			for (let i = 0; i < 2; i++) {
				const { status } = await ask(`http://127.0.0.1:${database.port}/write?db=home&precision=s`, {
					method: "POST",
					body: [0, 10, 20]
						.map((s) => `ambient16,udid=10000fb38278 co2=600,motionEvents=0i ${time + s}`)
						.join("\n"),
				});
				assert.equal(status, 204);
			}
			const { points, duplicates } = await database.export();
			assert.equal(points.size, 3);
			return duplicates;
		};
		assert.equal(await duplicates(true), 0);
		assert.equal(await duplicates(false), 6);
	});
});
