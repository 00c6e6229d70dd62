import assert from "node:assert/strict";
import { test } from "node:test";
import type { Point } from "../../../points/point";
import type { PointStore } from "../../../points/store";
import type { Scope } from "../../support/cloud";

/** An hour of yesterday: databases are not asked to keep what is old. */
export const HOUR = Math.floor(Date.now() / 3_600_000) * 3600 - 86_400;

/** Points from `HOUR` on, one for each temperature. */
export function temperatures(...values: number[]): Point[] {
	return values.map((temperature, index) => ({
		time: HOUR + index * 10,
		values: { temperature, motionEvents: index % 2 },
	}));
}

/** What every store of points does. `open`: an empty one; `settle`: what was written can be read from then on. */
export function pointStoreTests(
	open: (scope: Scope) => Promise<PointStore>,
	settle: () => Promise<void> = async () => {},
): void {
	const all = async (store: PointStore, sensor: string) => {
		await settle();
		const points: Point[] = [];
		for await (const { time, values } of store.export(sensor)) points.push({ time, values });
		return points;
	};

	test("what was written is given back, oldest first, with its quantities", async (t) => {
		const store = await open(t);
		const points: Point[] = [
			{ time: HOUR + 20, values: { co2: 612, temperature: -3.25 } },
			{
				time: HOUR,
				values: {
					temperature: 21.37,
					humidity: 41.2,
					pressure: 101_325,
					illuminance: 120.5,
					co2: 613,
					motion: 0.4,
					motionEvents: 3,
				},
			},
		];
		await store.write("a", points);
		assert.deepEqual(await all(store, "a"), points.toReversed());
		assert.deepEqual(await store.last("a"), points[0]);
	});

	test("a point that comes again changes nothing", async (t) => {
		const store = await open(t);
		const points = temperatures(20, 21, 22);
		await store.write("a", points);
		await store.write("a", points.slice(1));
		await Promise.all([store.write("a", points), store.write("a", [...points, ...points])]);
		assert.deepEqual(await all(store, "a"), points);
		assert.deepEqual(await store.query("a", "temperature", HOUR, HOUR + 60, 60), [
			{ time: HOUR, mean: 21, min: 20, max: 22 },
		]);
	});

	test("samples are the mean, the least and the greatest of their time", async (t) => {
		const store = await open(t);
		// Ten minutes that rise by 0.01 a point.
		await store.write("a", temperatures(...Array.from({ length: 60 }, (_, index) => 20 + index / 100)));
		await settle();
		const ask = async (from: number, to: number, step: number) =>
			(await store.query("a", "temperature", HOUR + from, HOUR + to, step)).map(({ time, mean, min, max }) =>
				[time - HOUR, mean, min, max].map((value) => Math.round(value * 1e4) / 1e4),
			);
		assert.deepEqual(await ask(0, 30, 10), [
			[0, 20, 20, 20],
			[10, 20.01, 20.01, 20.01],
			[20, 20.02, 20.02, 20.02],
		]);
		assert.deepEqual(await ask(60, 180, 60), [
			[60, 20.085, 20.06, 20.11],
			[120, 20.145, 20.12, 20.17],
		]);
		assert.deepEqual(await ask(0, 900, 300), [
			[0, 20.145, 20, 20.29],
			[300, 20.445, 20.3, 20.59],
		]);
		assert.deepEqual(await ask(0, 3600, 3600), [[0, 20.295, 20, 20.59]]);
		// The sample that the beginning is in is whole.
		assert.deepEqual(await ask(100, 120, 60), [[60, 20.085, 20.06, 20.11]]);
	});

	test("where nothing was measured there is no sample", async (t) => {
		const store = await open(t);
		const [first, second] = temperatures(20, 21) as [Point, Point];
		await store.write("a", [first, { ...second, time: HOUR + 180 }]);
		await settle();
		const samples = await store.query("a", "temperature", HOUR - 600, HOUR + 600, 60);
		assert.deepEqual(
			samples.map(({ time }) => time - HOUR),
			[0, 180],
		);
		assert.deepEqual(await store.query("a", "co2", HOUR - 600, HOUR + 600, 60), []);
	});

	test("sensors have nothing to do with each other", async (t) => {
		const store = await open(t);
		await store.write("a", temperatures(20));
		await store.write("b", temperatures(30, 31));
		assert.equal((await all(store, "a")).length, 1);
		assert.deepEqual((await store.last("b"))?.values.temperature, 31);
		assert.deepEqual(await all(store, "c"), []);
		assert.equal(await store.last("c"), undefined);
		assert.deepEqual(await store.query("c", "temperature", HOUR, HOUR + 60, 10), []);
	});

	test("what is erased is gone, what is another's is not, and a new beginning can be made", async (t) => {
		const store = await open(t);
		await store.write("a", temperatures(20, 21));
		await store.write("b", temperatures(30));
		await settle();
		await store.erase("a");
		assert.deepEqual(await all(store, "a"), []);
		assert.equal(await store.last("a"), undefined);
		assert.deepEqual(await store.query("a", "temperature", HOUR, HOUR + 3600, 3600), []);
		assert.equal((await all(store, "b")).length, 1);
		const again: Point[] = [{ time: HOUR + 600, values: { temperature: 25 } }];
		await store.write("a", again);
		assert.deepEqual(await all(store, "a"), again);
	});
}
