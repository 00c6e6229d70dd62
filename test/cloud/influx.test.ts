import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { InfluxDb, influxd } from "./support/databases";
import { compare, NO_DIFFERENCE, OwnedDevice, settle } from "./support/device";
import { patiently } from "./support/service";
import { chance, Gateway, Wire } from "./support/trouble";

const OPTIONS = { skip: influxd.skip, concurrency: true, timeout: 120_000 };

/** Device time against real time: an hour in 5 s. */
const RATE = 720;

describe("points in InfluxDB are, one for one, the windows that the device measured", OPTIONS, () => {
	test("an hour without the database, refused credentials, 429, 500s at random, cuts at random bytes", async (t) => {
		const database = await InfluxDb.create(t);
		const gateway = await Gateway.open(t, database.port);
		const wire = await Wire.open(t, gateway.port);
		const random = chance(1);
		const device = await OwnedDevice.create(t, {
			setInflux: { ...database.settings, url: `http://127.0.0.1:${wire.port}` },
		});
		await device.restart(RATE);
		await device.measures(50);

		await database.stop("SIGKILL");
		await device.measures(360);
		await database.start();
		await sends();

		await database.setPassword("another");
		await device.measures(50);
		await patiently(
			() => device.problems.includes("database: it refuses the credentials (401)"),
			"no problem",
		);
		await database.setPassword(database.password);
		await sends();

		let patience = 2;
		gateway.fate = () => (patience-- > 0 ? { status: 429, retryAfter: 1 } : "pass");
		await sends();
		assert.ok(device.problems.includes("database: it asks for patience (429)"));

		gateway.fate = () => (random() < 0.4 ? { status: random() < 0.5 ? 500 : 503 } : "pass");
		await patiently(() => (gateway.met["500"] ?? 0) + (gateway.met["503"] ?? 0) >= 3, "it asks no more");
		gateway.fate = () => "pass";

		wire.length = () => Math.floor(random() * 20_000);
		wire.cut();
		await patiently(
			() => wire.cuts >= 4,
			() => `it connects no more: ${JSON.stringify(gateway.met)}, ${device.problems.slice(-5)}`,
			60_000,
		);
		wire.length = () => Number.POSITIVE_INFINITY;
		await sends();

		assert.deepEqual(await settle(device, database), NO_DIFFERENCE);
		const stored = (await database.points()).size;
		t.diagnostic(
			`${stored} points, ${gateway.lines - stored} came again; fates ${JSON.stringify(gateway.met)}, ${wire.cuts} cuts`,
		);

		/** Resolves when a point that is measured from now on is stored. */
		async function sends(): Promise<void> {
			await device.measures(1);
			const last = Math.max(...device.measured.keys());
			await patiently(async () => (await database.points()).has(last), "it sends no more", 40_000);
		}
	});

	test("an answer that never comes, and kill -9 in the middle of a batch", async (t) => {
		const database = await InfluxDb.create(t);
		const gateway = await Gateway.open(t, database.port);
		const url = `http://127.0.0.1:${gateway.port}`;
		const device = await OwnedDevice.create(t, { setInflux: { ...database.settings, url } });
		await device.restart(RATE);
		await device.measures(20);

		let silences = 1;
		gateway.fate = () => (silences-- > 0 ? "silence" : "pass");
		await patiently(() => device.problems.includes("database: no answer in time"), "it waits on");

		for (let kill = 0; kill < 3; kill++) {
			await device.measures(60);
			const silent = gateway.met.silence ?? 0;
			gateway.fate = () => "silence";
			await patiently(() => (gateway.met.silence ?? 0) > silent, "it sends no more");
			await device.kill();
			gateway.fate = () => "pass";
			await device.restart(RATE);
		}
		await device.measures(100);

		const { missing, extra, different } = await settle(device, database);
		// The power may go between a window's event and its point, whichever comes first.
		const atTheKills = missing.length + extra.length;
		assert.ok(atTheKills <= 3, `missing ${missing}, too many ${extra}`);
		assert.deepEqual(different, []);
		const stored = (await database.points()).size;
		t.diagnostic(
			`${stored} points, ${gateway.lines - stored} came again; 3 kills: ${missing.length} missing, ${extra.length} not told of`,
		);
	});

	test("HTTPS mode entered ten times", async (t) => {
		const database = await InfluxDb.create(t);
		const gateway = await Gateway.open(t, database.port);
		const url = `http://127.0.0.1:${gateway.port}`;
		const device = await OwnedDevice.create(t, { setInflux: { ...database.settings, url } });
		await device.restart(240);
		for (let i = 0; i < 10; i++) {
			await device.enterHttps({ getData: {} });
			// What was sent before may still be on its way.
			await device.measures(2);
			const before = gateway.lines;
			await device.measures(6);
			assert.equal(gateway.lines, before, "points leave in HTTPS mode");
			await device.leaveHttps();
			await device.measures(3);
		}
		assert.deepEqual(await settle(device, database), NO_DIFFERENCE);
		t.diagnostic(`${(await database.points()).size} points, problems: ${device.problems.length}`);
	});
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
