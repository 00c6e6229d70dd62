import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { describeStatus } from "../../client/cli/status";
import type { Status } from "../../client/types";

const DESK: Status = {
	version: "0.1.0",
	uptime: 45,
	reset: "power",
	time: null,
	address: null,
	connections: { http: 1, https: 0 },
	points: { waiting: 0, sent: 0, lost: 0, refused: 0 },
	events: { connected: false, dropped: 0 },
	update: { state: "idle", trial: false },
	problems: [],
};

const when = (seconds: number) => new Date(seconds * 1_000).toLocaleString();

describe("ambient16 status", () => {
	test("shows a sensor on a desk, of which there is little to tell", () => {
		assert.deepEqual(describeStatus(DESK).split("\n"), [
			"version      0.1.0",
			"started      45 s ago, when the power came",
			"clock        not set",
			"address      none",
			"connections  1",
			"points       0 waiting, 0 sent, 0 lost, 0 refused",
			"broker       not connected",
			"update       idle",
		]);
	});

	test("shows a board in trouble", () => {
		const board: Status = {
			...DESK,
			uptime: 266_400,
			reset: "watchdog",
			time: 1_798_761_600,
			address: "192.0.2.16",
			wifi: { ssid: "home", rssi: -57, channel: 6 },
			memory: {
				xs: { slots: 1, chunks: 2, free: 37_956, least: 19_764 },
				heap: { free: 87_040, least: 55_296 },
			},
			points: { waiting: 12, sent: 3450, lost: 0, refused: 0, error: "it answers 503" },
			update: { state: "downloading", version: "0.2.0", trial: true },
			problems: [
				{ time: 1_798_761_420, message: "database: it answers 503", count: 2 },
				{ time: null, message: "the clock\u001b[2J", count: 1 },
			],
		};
		assert.deepEqual(describeStatus(board).split("\n"), [
			"version      0.1.0, on trial",
			"started      3 d 2 h ago, as the firmware had hung",
			`clock        ${when(1_798_761_600)}`,
			"address      192.0.2.16",
			"wifi         home, -57 dBm, channel 6",
			"memory       87.0 kB free, 55.3 kB at the least",
			"script       38.0 kB free, 19.8 kB at the least",
			"connections  1",
			"points       12 waiting, 3450 sent, 0 lost, 0 refused: it answers 503",
			"broker       not connected",
			"update       downloading 0.2.0",
			`problem      ${when(1_798_761_420)}  database: it answers 503 (2 times)`,
			"problem      the clock\ufffd[2J",
		]);
	});

	test("shows times in their two largest parts, and that it is in no network", () => {
		for (const [uptime, shown] of [
			[60, "1 min"],
			[3_599, "59 min"],
			[3_660, "1 h 1 min"],
			[86_399, "23 h 59 min"],
			[90_000, "1 d 1 h"],
		] as const)
			assert.match(describeStatus({ ...DESK, uptime }), new RegExp(`started {6}${shown} ago`));
		assert.match(describeStatus({ ...DESK, wifi: null }), /^wifi {9}in no network$/m);
	});
});
