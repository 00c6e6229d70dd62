// npm run bench: points a second, bytes a point, and how long questions take, beside VictoriaMetrics where it is installed.
import { readdirSync, statSync } from "node:fs";
import { Agent as HttpAgent, request } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import { cpus } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { ask } from "../../test/cloud/support/ask";
import { VictoriaMetrics, victoria } from "../../test/cloud/support/databases";
import { type Scope, temporaryFolder } from "../../test/support/desk";
import { readConfig } from "../config";
import { linesOf } from "../points/http-database";
import { parseLines } from "../points/line-protocol";
import { type Point, QUANTITIES } from "../points/point";
import { tiersOf } from "../points/retention";
import { SqlitePoints } from "../points/sqlite";
import { VictoriaPoints } from "../points/victoria";
import { start } from "../server";
import { insertAccount, insertSensor } from "../test/support/rows";
import { pointsOf, ROOMS, type Room } from "./house";

const DAY = 86_400;
const NOW = Math.floor(Date.now() / 3_600_000) * 3600;
/** Points of one write: what a board has room for. */
const BATCH = 25;
/** Sensors that write at the same time. */
const SENSORS = 10;
const DAYS = 3;
const RUNS = 15;

const tasks: (() => unknown)[] = [];
const scope: Scope = { after: (task) => void tasks.push(task) };

let time = NOW;

async function openSqlite() {
	const folder = temporaryFolder(scope);
	const file = join(folder, "points.sqlite");
	const store = new SqlitePoints({
		file,
		tiers: tiersOf(Number.POSITIVE_INFINITY),
		clock: () => time * 1000,
	});
	return { store, bytes: async () => sizeOf(folder) };
}

async function openVictoria() {
	const database = await VictoriaMetrics.create(scope, { closed: false, keep: "10y" });
	const url = `http://127.0.0.1:${database.port}`;
	return {
		url,
		store: new VictoriaPoints(new URL(url)),
		async bytes() {
			// Else it has not yet put together what it has taken.
			await ask(`${url}/internal/force_flush`);
			await ask(`${url}/internal/force_merge`);
			await new Promise((resolve) => setTimeout(resolve, 3000));
			return sizeOf(database.folder);
		},
	};
}

if (victoria.skip) console.log(`VictoriaMetrics is not measured: ${victoria.skip}`);
console.log(`${cpus().length} × ${cpus()[0]?.model}, Node.js ${process.versions.node}\n`);

console.log(
	`${SENSORS} sensors at a time, writes of ${BATCH} points, ${DAYS} days of each, all on this machine`,
);
const rooms = Object.values(ROOMS);
/** Of each sensor, its writes as they arrive. */
const writes = Array.from({ length: SENSORS }, (_, index) => {
	const room = rooms[index % rooms.length] as Room;
	const points = [...pointsOf({ ...room, seed: index + 1 }, NOW - DAYS * DAY, NOW)];
	return batches(points).map((batch) =>
		linesOf("a", batch).replaceAll(",sensor=a", `,udid=${udidOf(index)}`),
	);
});
const total = (DAYS * DAY * SENSORS) / 10;

/** Has all sensors write, each one write after the other, and tells how that went. */
async function writeAll(
	name: string,
	bytes: () => Promise<number>,
	write: (sensor: number, lines: string) => Promise<void>,
) {
	const began = performance.now();
	await Promise.all(
		writes.map(async (all, sensor) => {
			for (const lines of all) await write(sensor, lines);
		}),
	);
	const seconds = (performance.now() - began) / 1000;
	const size = await bytes();
	console.log(
		`  ${name}: ${Math.round(total / seconds).toLocaleString("en")} points a second, ${(size / total).toFixed(1)} bytes a point`,
	);
}

{
	const { store, bytes } = await openSqlite();
	await writeAll("SQLite, in this process", bytes, (sensor, lines) =>
		store.write(`sensor${sensor}`, parseLines(lines).points),
	);
	await store.close();
}
{
	const folder = temporaryFolder(scope);
	const config = readConfig({
		CLOUD_DATA: folder,
		CLOUD_HOST: "127.0.0.1",
		CLOUD_PORT: "0",
		CLOUD_MQTT_PORT: "0",
	});
	const log = new Writable({ write: (_chunk, _encoding, done) => done() });
	const cloud = await start({ ...config, names: ["localhost"] }, { log });
	await insertAccount(cloud.services.database, "me");
	for (let sensor = 0; sensor < SENSORS; sensor++)
		await insertSensor(cloud.services.database, {
			id: `sensor${sensor}`,
			account: "me",
			token: `token-${sensor}`,
		});
	const agent = new Agent({ keepAlive: true, maxSockets: SENSORS, ca: cloud.services.authority.ca });
	await writeAll(
		"the server, over TLS",
		async () => sizeOf(folder, "points"),
		(sensor, lines) =>
			post(agent, `https://localhost:${cloud.port}`, lines, { authorization: `Token token-${sensor}` }),
	);
	agent.destroy();
	await cloud.close();
}
if (!victoria.skip) {
	const { url, store, bytes } = await openVictoria();
	const agent = new HttpAgent({ keepAlive: true, maxSockets: SENSORS });
	await writeAll("VictoriaMetrics, over HTTP", bytes, (_sensor, lines) => post(agent, url, lines, {}));
	agent.destroy();
	await store.close();
}

console.log("\nA year of one sensor, with all its quantities (ms, the middle of some runs; bytes)");
for (const [name, open] of [
	["SQLite", openSqlite],
	...(victoria.skip ? [] : [["VictoriaMetrics", openVictoria] as const]),
] as const) {
	const { store, bytes } = await open();
	const room = rooms[0] as Room;
	let batch: Point[] = [];
	for (const point of pointsOf(room, NOW - 365 * DAY, NOW)) {
		batch.push(point);
		if (batch.length < 8640) continue;
		time = point.time;
		await store.write("a", batch);
		batch = [];
		if (point.time % (30 * DAY) < DAY) await store.thin();
	}
	await store.write("a", batch);
	time = NOW;
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

function udidOf(index: number): string {
	return `${index}`.padStart(12, "0");
}

/** A write as a sensor sends it. */
function post(agent: HttpAgent, url: string, body: string, headers: Record<string, string>): Promise<void> {
	const send = url.startsWith("https:") ? httpsRequest : request;
	return new Promise((resolve, reject) => {
		const options = {
			method: "POST",
			agent,
			headers: { "content-type": "text/plain; charset=utf-8", ...headers },
		};
		send(`${url}/api/v2/write?org=ambient16&bucket=ambient16&precision=s`, options, (answer) => {
			answer.resume().on("end", () => (answer.statusCode === 204 ? resolve() : reject(answer.statusCode)));
		})
			.on("error", reject)
			.end(body);
	});
}

/** Bytes of the files, or of those whose names begin so. */
function sizeOf(folder: string, begin = ""): number {
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && entry.name.startsWith(begin))
		.reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
