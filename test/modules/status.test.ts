import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { CloudStatus } from "../../modules/cloud/cloud";
import { PROBLEM_RECENT, PROBLEM_SHOWN } from "../../modules/limits";
import { Problems } from "../../modules/problems";
import { describeDiagnostics, Start, type StatusParts } from "../../modules/status";
import type { UpdateStatus } from "../../modules/update/update";
import { VERSION } from "../../modules/version";
import { FakeHost, FakeTime } from "../fakes/host";
import { FakeUpdater } from "../fakes/update";

const START = Date.UTC(2026, 0, 1) / 1000;

describe("the start", () => {
	test("has its time once the clock is set, and keeps it while that is only corrected", () => {
		const time = new FakeTime(0);
		time.synced = false;
		const start = new Start(time);
		time.advance(10_000);
		assert.equal(start.time, undefined);
		assert.equal(start.uptime, 10);
		time.jump(START * 1000 + 10_000);
		time.synced = true;
		assert.equal(start.time, START);
		time.advance(1_000);
		time.jump(START * 1000 + 11_900);
		assert.equal(start.time, START);
		time.jump(START * 1000 + 3_611_000);
		assert.equal(start.time, START + 3_600);
	});
});

describe("diagnostics", () => {
	const POINTS: CloudStatus["points"] = { waiting: 5, sent: 0, lost: 0, refused: 0 };

	function scene() {
		const host = new FakeHost();
		const problems = new Problems(host.clock);
		const cloud = {
			storing: false,
			status: { points: POINTS, events: { connected: true, commands: true, dropped: 0 } },
		};
		const update: { status: UpdateStatus } = { status: { state: "idle" } };
		const parts: StatusParts = {
			host,
			start: new Start(host.clock),
			ports: { http: { connections: 0 }, https: { connections: 0 } },
			cloud,
			update,
			problems,
		};
		return {
			host,
			problems,
			cloud,
			update,
			told: () => describeDiagnostics(parts) as Record<string, unknown>,
		};
	}

	test("have what every device knows", () => {
		const { host, told } = scene();
		Object.assign(host, { wifi: undefined });
		host.time.advance(5_000);
		assert.deepEqual(told(), {
			version: VERSION,
			uptime: 5,
			started: START,
			reset: "unknown",
			problem: null,
		});
		host.time.synced = false;
		assert.equal("started" in told(), false);
	});

	test("have what a board knows", () => {
		const { host, cloud, told } = scene();
		host.wifi.joined = "home";
		const xs = { slots: 1, chunks: 2 };
		const memory = () => ({ xs, heap: { free: 80_000, least: 50_000 } });
		host.diagnostics = { reset: "watchdog", problems: undefined, memory };
		cloud.storing = true;
		const { rssi, memory: free, waiting, reset } = told();
		assert.deepEqual([rssi, free, waiting, reset], [-57, 80_000, 5, "watchdog"]);
	});

	test("tell the version that an update is about, if it is newer than the one that runs", () => {
		const { host, update, told } = scene();
		assert.equal("latest" in told(), false);
		Object.assign(host, { updater: new FakeUpdater() });
		assert.equal(told().latest, VERSION);
		for (const [version, latest] of [
			["999.0.0", "999.0.0"],
			["0.0.1", VERSION],
			[VERSION, VERSION],
		]) {
			update.status = { state: "downloading", version: version! };
			assert.equal(told().latest, latest);
		}
	});

	test("tell why the database takes no points, else the last problem for an hour", () => {
		const { host, problems, cloud, told } = scene();
		problems.add("the sensor SHT4x does not answer");
		assert.equal(told().problem, "the sensor SHT4x does not answer");
		host.time.advance(PROBLEM_RECENT - 1_000);
		assert.equal(told().problem, "the sensor SHT4x does not answer");
		host.time.advance(1_000);
		assert.equal(told().problem, null);
		cloud.status.points = { ...POINTS, error: "x".repeat(1_000) };
		assert.equal(told().problem, `database: ${"x".repeat(1_000)}`.slice(0, PROBLEM_SHOWN));
	});
});
