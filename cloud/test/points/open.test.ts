import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readConfig } from "../../config";
import { InfluxPoints } from "../../points/influx";
import { openPoints } from "../../points/open";
import { beginOf, refusal, tiersOf } from "../../points/retention";
import { SqlitePoints } from "../../points/sqlite";
import { VictoriaPoints } from "../../points/victoria";
import { temporaryFolder } from "../support/cloud";

test("points are kept where the environment says, and in a file of their own unless it does", async (t) => {
	const folder = temporaryFolder(t);
	for (const [url, store] of [
		["", SqlitePoints],
		["http://server.lan:8428", VictoriaPoints],
		["https://me:secret@server.lan:8086/?db=home", InfluxPoints],
		["https://:token@server.lan:8086/?org=me&bucket=home", InfluxPoints],
	] as const) {
		const points = openPoints(readConfig({ CLOUD_DATA: folder, POINTS_URL: url }), Date.now);
		assert.ok(points instanceof store, url);
		await points.close();
	}
	assert.ok(existsSync(join(folder, "points.sqlite")));
});

test("they are kept for ever, or for so many days; what is no number of days is said", () => {
	assert.equal(readConfig({}).keepDays, Number.POSITIVE_INFINITY);
	assert.equal(readConfig({ CLOUD_KEEP_DAYS: "30" }).keepDays, 30);
	for (const text of ["0", "-1", "1.5", "a year"])
		assert.throws(() => readConfig({ CLOUD_KEEP_DAYS: text }), /CLOUD_KEEP_DAYS is no number of days/);
});

test("what is kept for less than a tier is, in every tier", () => {
	const now = 1_800_000_000;
	assert.deepEqual(
		tiersOf(30).map((tier) => beginOf(tier, now)),
		Array(3).fill(Math.floor((now - 30 * 86_400) / 3600) * 3600),
	);
	assert.deepEqual(
		tiersOf(Number.POSITIVE_INFINITY).map(({ days }) => days),
		[90, 730, Number.POSITIVE_INFINITY],
	);
	assert.equal(beginOf(tiersOf(Number.POSITIVE_INFINITY)[2], now), 0);
});

test("points are taken from the beginning of the finest tier to ten minutes ahead", () => {
	const now = 1_800_000_000;
	const tiers = tiersOf(Number.POSITIVE_INFINITY);
	const begin = beginOf(tiers[0], now);
	assert.deepEqual(
		[begin - 10, begin, now + 600, now + 610].map((time) => refusal(time, tiers, now)),
		["points beyond retention policy", undefined, undefined, "points of the future"],
	);
});
