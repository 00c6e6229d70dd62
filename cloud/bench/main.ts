// npm run bench: points a second, bytes a point, and how long questions take, beside VictoriaMetrics where it is installed.
import { readdirSync, statSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { ask } from "../../test/cloud/support/ask";
import { VictoriaMetrics, victoria } from "../../test/cloud/support/databases";
import { type Scope, temporaryFolder } from "../../test/support/desk";
import { linesOf } from "../points/http-database";
import { parseLines } from "../points/line-protocol";
import { type Point, QUANTITIES } from "../points/point";
import { tiersOf } from "../points/retention";
import { SqlitePoints } from "../points/sqlite";
import type { PointStore } from "../points/store";
import { VictoriaPoints } from "../points/victoria";
import { pointsOf, ROOMS } from "./house";

const DAY = 86_400;
const NOW = Math.floor(Date.now() / 3_600_000) * 3600;
/** Points of one write: what a board has room for. */
const BATCH = 25;
/** Sensors that write at the same time. */
const SENSORS = 10;
const DAYS = 7;
const RUNS = 15;

const tasks: (() => unknown)[] = [];
const scope: Scope = { after: (task) => void tasks.push(task) };

interface Contender {
	name: string;
	open(): Promise<{ store: PointStore; bytes(): Promise<number> }>;
	/** Forgets what is older than it keeps. */
	now: (time: number) => void;
}

let time = NOW;
const contenders: Contender[] = [
	{
		name: "SQLite",
		now: (to) => {
			time = to;
		},
		async open() {
			const folder = temporaryFolder(scope);
			const file = join(folder, "points.sqlite");
			const store = new SqlitePoints({ file, tiers: tiersOf(3650), clock: () => time * 1000 });
			return { store, bytes: async () => sizeOf(folder) };
		},
	},
];
if (victoria.skip) console.log(`VictoriaMetrics is not measured: ${victoria.skip}`);
else
	contenders.push({
		name: "VictoriaMetrics",
		now: () => {},
		async open() {
			const database = await VictoriaMetrics.create(scope, { closed: false, keep: "10y" });
			const url = `http://127.0.0.1:${database.port}`;
			return {
				store: new VictoriaPoints(new URL(url)),
				async bytes() {
					// Else it has not yet put together what it has taken.
					await ask(`${url}/internal/force_flush`);
					await ask(`${url}/internal/force_merge`);
					await new Promise((resolve) => setTimeout(resolve, 3000));
					return sizeOf(database.folder);
				},
			};
		},
	});

console.log(`${cpus().length} × ${cpus()[0]?.model}, Node.js ${process.versions.node}\n`);

console.log(`${SENSORS} sensors at a time, writes of ${BATCH} points, ${DAYS} days of each`);
const rooms = Object.values(ROOMS);
const writes = Array.from({ length: SENSORS }, (_, index) => {
	const room = rooms[index % rooms.length] as (typeof rooms)[number];
	return batches([...pointsOf({ ...room, seed: index + 1 }, NOW - DAYS * DAY, NOW)]);
});
const total = writes.flat(2).length;
// As they arrive.
const lines = writes.map((all) =>
	all.map((points) => linesOf("a", points).replaceAll(",sensor=a", ",udid=10000fb38278")),
);
for (const { name, open } of contenders) {
	const { store, bytes } = await open();
	const began = performance.now();
	await Promise.all(
		lines.map(async (all, sensor) => {
			for (const text of all) await store.write(`sensor${sensor}`, parseLines(text).points);
		}),
	);
	const seconds = (performance.now() - began) / 1000;
	const size = await bytes();
	console.log(
		`  ${name}: ${Math.round(total / seconds).toLocaleString("en")} points a second, ${(size / total).toFixed(1)} bytes a point`,
	);
	await store.close();
}

console.log("\nA year of one sensor, with all its quantities (ms, the middle of some runs; bytes)");
for (const { name, open, now } of contenders) {
	const { store, bytes } = await open();
	const room = rooms[0] as (typeof rooms)[number];
	let batch: Point[] = [];
	for (const point of pointsOf(room, NOW - 365 * DAY, NOW)) {
		batch.push(point);
		if (batch.length < 8640) continue;
		now(point.time);
		await store.write("a", batch);
		batch = [];
		if (point.time % (30 * DAY) < DAY) await store.thin();
	}
	await store.write("a", batch);
	now(NOW);
	await store.thin();
	const size = await bytes();
	const answers: string[] = [];
	for (const [what, length, step] of [
		["day", DAY, 60],
		["week", 7 * DAY, 900],
		["year", 365 * DAY, DAY],
		["year by the hour", 365 * DAY, 3600],
	] as const) {
		const runs: number[] = [];
		let samples = 0;
		for (let run = 0; run < RUNS; run++) {
			const began = performance.now();
			samples = 0;
			for (const quantity of QUANTITIES)
				samples += (await store.query("a", quantity.name, NOW - length, NOW, step)).length;
			runs.push(performance.now() - began);
		}
		runs.sort((a, b) => a - b);
		answers.push(`${what} ${runs[RUNS >> 1]?.toFixed(1)} (${samples} samples)`);
	}
	console.log(`  ${name}: ${answers.join(", ")}; ${(size / 1e6).toFixed(1)} MB`);
	await store.close();
}
for (const task of tasks.reverse()) await task();

function batches(points: Point[]): Point[][] {
	const all: Point[][] = [];
	for (let at = 0; at < points.length; at += BATCH) all.push(points.slice(at, at + BATCH));
	return all;
}

function sizeOf(folder: string): number {
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
