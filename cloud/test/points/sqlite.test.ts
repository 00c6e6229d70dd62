import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import fc from "fast-check";
import { atEnd } from "../../../test/support/scope";
import { type KeptPoint, type Point, QUANTITIES } from "../../points/point";
import { tiersOf } from "../../points/retention";
import { SqlitePoints } from "../../points/sqlite";
import { type Scope, temporaryFolder } from "../support/cloud";
import { HOUR, pointStoreTests, temperatures } from "./support/contract";

const DAY = 86_400;

function open(
	scope: Scope,
	{ file = join(temporaryFolder(scope), "points.db"), clock = Date.now, days = 3650 } = {},
): SqlitePoints {
	const store = new SqlitePoints({ file, tiers: tiersOf(days), clock });
	atEnd(scope, () => store.close());
	return store;
}

async function exported(store: SqlitePoints, sensor: string): Promise<KeptPoint[]> {
	const points: KeptPoint[] = [];
	for await (const point of store.export(sensor)) points.push(point);
	return points;
}

describe("points in SQLite", () => {
	pointStoreTests(async (scope) => open(scope));

	test("however they come, once, twice, in any order, the samples are those of each point counted once", async (t) => {
		const points = fc.uniqueArray(
			fc.record({ at: fc.nat(800), digits: fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }) }),
			{ selector: ({ at }) => at, minLength: 1, maxLength: 40 },
		);
		const order = fc.array(fc.array(fc.nat(), { maxLength: 10 }), { maxLength: 10 });
		const store = open(t);
		let run = 0;
		await fc.assert(
			fc.asyncProperty(points, order, async (unique, batches) => {
				const sensor = `${run++}`;
				const all = unique.map(
					({ at, digits }): Point => ({ time: HOUR + at * 10, values: { illuminance: digits / 10 } }),
				);
				for (const batch of [...batches, all.map((_, index) => index)])
					await store.write(
						sensor,
						batch.map((index) => all[index % all.length] as Point),
					);
				for (const step of [10, 60, 300, 3600]) {
					const groups = grouped(all, step);
					const samples = await store.query(sensor, "illuminance", HOUR, HOUR + 3 * 3600, step);
					assert.deepEqual(
						samples.map(({ time }) => time),
						[...groups.keys()].sort((a, b) => a - b),
					);
					for (const { time, mean, min, max } of samples) {
						const values = (groups.get(time) as Point[]).map(({ values }) => values.illuminance as number);
						const sum = values.reduce((total, value) => total + value, 0);
						assert.ok(Math.abs(mean - sum / values.length) < 1e-6);
						assert.deepEqual([min, max], [Math.min(...values), Math.max(...values)]);
					}
				}
			}),
			{ numRuns: 50 },
		);
	});

	test("it is opened again as it was", async (t) => {
		const file = join(temporaryFolder(t), "points.db");
		const store = open(t, { file });
		await store.write("a", temperatures(20, 21));
		await store.close();
		const again = open(t, { file });
		await again.write("a", temperatures(20, 21, 22));
		assert.equal((await exported(again, "a")).length, 3);
		assert.equal((await again.query("a", "temperature", HOUR, HOUR + 3600, 3600))[0]?.mean, 21);
	});

	test("points of a newer version are left alone", (t) => {
		const file = join(temporaryFolder(t), "points.db");
		const db = new Database(file);
		db.pragma("user_version = 99");
		db.close();
		assert.throws(() => open(t, { file }), /of a newer version/);
	});

	test("a write that fails is told to all whose points were in it, and none of theirs is kept", async (t) => {
		const file = join(temporaryFolder(t), "points.db");
		const store = open(t, { file });
		await store.write("a", temperatures(20));
		const other = new Database(file);
		other.exec("CREATE TRIGGER full BEFORE INSERT ON points BEGIN SELECT RAISE(ABORT, 'full'); END");
		const writes = [store.write("a", temperatures(20, 21)), store.write("b", temperatures(20))];
		for (const { status } of await Promise.allSettled(writes)) assert.equal(status, "rejected");
		other.exec("DROP TRIGGER full");
		other.close();
		assert.equal((await exported(store, "a")).length, 1);
		assert.equal((await exported(store, "b")).length, 0);
		await store.write("b", temperatures(20));
		assert.equal((await exported(store, "b")).length, 1);
	});

	test("full for 90 days, by 5 minutes for two years, by the hour until the end that was set", async (t) => {
		let now = HOUR;
		const store = open(t, { clock: () => now * 1000, days: 1000 });
		await store.write("a", temperatures(...Array.from({ length: 60 }, (_, index) => 20 + index / 100)));
		const steps = async () => {
			await store.thin();
			return (await exported(store, "a")).map(({ step }) => step);
		};
		assert.deepEqual(await steps(), Array(60).fill(10));
		now = HOUR + 90 * DAY;
		assert.deepEqual(await steps(), Array(60).fill(10));
		now += 3600;
		assert.deepEqual(await steps(), [300, 300]);
		now = HOUR + 730 * DAY + 3600;
		assert.deepEqual(await steps(), [3600]);
		assert.deepEqual(await store.query("a", "temperature", HOUR, HOUR + 3600, 10), [
			{ time: HOUR, mean: 20.295, min: 20, max: 20.59 },
		]);
		now = HOUR + 1000 * DAY;
		assert.deepEqual(await steps(), [3600]);
		now += 3600;
		assert.deepEqual(await steps(), []);
	});

	test("a time that was thinned in part comes in parts, none twice", async (t) => {
		let now = HOUR;
		const store = open(t, { clock: () => now * 1000 });
		for (const hour of [0, 1, 2])
			await store.write(
				"a",
				temperatures(20, 21).map(({ time, values }) => ({ time: time + hour * 3600, values })),
			);
		now = HOUR + 2 * 3600 + 90 * DAY;
		const samples = () => store.query("a", "temperature", HOUR, HOUR + 3 * 3600, 10);
		const before = await samples();
		await store.thin();
		assert.deepEqual(await samples(), before);
		assert.deepEqual(
			before.map(({ time, mean }) => [time - HOUR, mean]),
			[
				[0, 20.5],
				[3600, 20.5],
				[7200, 20],
				[7210, 21],
			],
		);
	});

	test("a point of a time that is thinned is not counted, as nobody knows whether it was", async (t) => {
		let now = HOUR;
		const store = open(t, { clock: () => now * 1000 });
		await store.write("a", temperatures(20));
		now = HOUR + 91 * DAY;
		await store.thin();
		await store.write("a", temperatures(20, 30));
		assert.equal((await store.query("a", "temperature", HOUR, HOUR + 3600, 3600))[0]?.mean, 20);
	});

	test("nothing of what was erased is left in its files", async (t) => {
		const file = join(temporaryFolder(t), "points.db");
		const store = open(t, { file });
		// A number that is found in the bytes of a file.
		const digits = 0x5ec2e7;
		const points = Array.from(
			{ length: 3000 },
			(_, index): Point => ({
				time: HOUR + index * 10,
				values: { pressure: digits },
			}),
		);
		const holds = () =>
			[file, `${file}-wal`].some((name) => readFileSync(name).includes(Buffer.from([0x5e, 0xc2, 0xe7])));
		await store.write("a", points);
		assert.ok(holds());
		await store.erase("a");
		assert.ok(!holds());
	});

	test("an erasing that was cut off is carried on", async (t) => {
		const file = join(temporaryFolder(t), "points.db");
		const store = open(t, { file });
		await store.write(
			"a",
			Array.from({ length: 5000 }, (_, index) => ({ time: HOUR + index * 10, values: { co2: 600 } })),
		);
		const erasing = store.erase("a");
		await store.close();
		await erasing;
		const again = open(t, { file });
		await again.write("a", temperatures(20));
		await again.thin();
		const db = new Database(file, { readonly: true });
		assert.equal(db.prepare("SELECT count(*) FROM points").pluck().get(), 1);
		db.close();
	});

	test("what was acknowledged survives SIGKILL, and is there once when it is sent again", async (t) => {
		const file = join(temporaryFolder(t), "points.db");
		const writer = fileURLToPath(new URL("support/writer.ts", import.meta.url));
		let acknowledged: [string, number][] = [];
		for (const kill of [40, 150, 400]) {
			const child = spawn(process.execPath, ["--import", "tsx", writer, file, `${HOUR}`], {
				stdio: ["ignore", "pipe", "inherit"],
			});
			let output = "";
			let lines = 0;
			child.stdout.setEncoding("latin1").on("data", (text: string) => {
				output += text;
				lines += text.split("\n").length - 1;
				// In the middle of whatever it does then.
				if (lines >= kill) child.kill("SIGKILL");
			});
			await new Promise((resolve) => child.once("close", resolve));
			acknowledged = output
				.split("\n")
				.slice(0, -1)
				.map((line) => {
					const [sensor = "", time = ""] = line.split(" ");
					return [sensor, Number(time)];
				});
			assert.ok(acknowledged.length >= kill);
			const store = open(t, { file });
			for (const sensor of ["a", "b"]) {
				const points = await exported(store, sensor);
				const times = points.map(({ time }) => time);
				assert.equal(new Set(times).size, times.length);
				for (const [whose, time] of acknowledged)
					if (whose === sensor) assert.ok(times.includes(time), `${sensor} ${time}`);
				const [hour] = await store.query(sensor, "temperature", HOUR, HOUR + 3600, 3600);
				const within = points.filter(({ time }) => time < HOUR + 3600);
				const sum = within.reduce((total, { values }) => total + (values.temperature as number), 0);
				assert.ok(Math.abs((hour?.mean ?? 0) - sum / within.length) < 1e-6);
			}
			await store.close();
		}
	});

	test("every quantity has its columns", async (t) => {
		const store = open(t);
		const values = Object.fromEntries(QUANTITIES.map(({ name }, index) => [name, index + 1]));
		await store.write("a", [{ time: HOUR, values }]);
		for (const { name } of QUANTITIES)
			for (const step of [10, 300]) {
				const [sample] = await store.query("a", name, HOUR, HOUR + 10, step);
				assert.equal(sample?.mean, values[name]);
			}
	});
});

function grouped(points: readonly Point[], step: number): Map<number, Point[]> {
	const groups = new Map<number, Point[]>();
	for (const point of points) {
		const time = point.time - (point.time % step);
		groups.set(time, [...(groups.get(time) ?? []), point]);
	}
	return groups;
}
