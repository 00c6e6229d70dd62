import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ask } from "./support/ask";
import { VictoriaMetrics, victoria } from "./support/databases";
import { OwnedDevice, settle } from "./support/device";
import { patiently } from "./support/service";
import { chance, Gateway, Wire } from "./support/trouble";

const OPTIONS = { skip: victoria.skip, concurrency: true, timeout: 120_000 };
const RATE = 720;

describe("VictoriaMetrics", OPTIONS, () => {
	test("points are, one for one, the windows: after an hour without it, 500s, cuts and kill -9", async (t) => {
		const database = await VictoriaMetrics.create(t);
		const gateway = await Gateway.open(t, database.port);
		const wire = await Wire.open(t, gateway.port);
		const random = chance(2);
		const device = await OwnedDevice.create(t, {
			setInflux: { ...database.settings, url: `http://127.0.0.1:${wire.port}` },
		});
		await device.restart(RATE);
		await device.measures(50);

		await database.stop();
		await device.measures(360);
		await database.start();
		await device.measures(20);

		gateway.fate = () => (random() < 0.25 ? { status: 500 } : "pass");
		wire.length = () => Math.floor(random() * 20_000);
		wire.cut();
		await patiently(
			() => wire.cuts >= 3,
			() => `it connects no more: ${JSON.stringify(gateway.met)}, ${device.problems.slice(-5)}`,
			60_000,
		);
		wire.length = () => Number.POSITIVE_INFINITY;

		gateway.fate = () => "silence";
		await patiently(() => (gateway.met.silence ?? 0) > 0, "it sends no more", 40_000);
		await device.kill();
		gateway.fate = () => "pass";
		await device.restart(RATE);
		await device.measures(100);

		const { missing, extra, different } = await settle(device, database);
		// The power may go between a window's event and its point, whichever comes first.
		assert.ok(missing.length + extra.length <= 1, `missing ${missing}, too many ${extra}`);
		assert.deepEqual(different, []);
		const stored = (await database.points()).size;
		assert.equal(database.duplicates, 0);
		t.diagnostic(
			`${stored} points, ${gateway.lines - stored} came again; one kill: ${missing.length} missing, ${extra.length} not told of; fates ${JSON.stringify(gateway.met)}, ${wire.cuts} cuts`,
		);
	});

	// Why docs/own-infrastructure.md asks for the option.
	test("a point that came twice is there twice, unless it runs with -dedup.minScrapeInterval=1ms", async (t) => {
		const time = Math.floor(Date.now() / 10_000) * 10;
		const duplicates = async (args: string[]) => {
			const database = await VictoriaMetrics.create(t, args);
			for (let i = 0; i < 2; i++) {
				const { status } = await ask(`http://127.0.0.1:${database.port}/write?db=home&precision=s`, {
					method: "POST",
					body: [0, 10, 20]
						.map((s) => `ambient16,udid=10000fb38278 co2=600,motionEvents=0i ${time + s}`)
						.join("\n"),
				});
				assert.equal(status, 204);
			}
			assert.equal((await database.points()).size, 3);
			return database.duplicates;
		};
		assert.equal(await duplicates(["-dedup.minScrapeInterval=1ms"]), 0);
		assert.equal(await duplicates([]), 6);
	});
});
