import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../support/desk";
import { OwnedDevice } from "./support/device";
import { program } from "./support/service";

const wrk = program("wrk", "wrk");

/** Five minutes of device time in 20 s. */
const RATE = 15;
const SECONDS = 20;

// The manual of the sensor that this one follows: polled every 10 s it "almost stops" measuring.
test("polling without a pause for 5 minutes of device time loses no window", {
	skip: wrk.skip,
	timeout: 300_000,
}, async (t) => {
	const device = await OwnedDevice.create(t, undefined, RATE);
	const script = join(temporaryFolder(t), "poll.lua");
	writeFileSync(script, await pollScript(device));
	await device.measures(1);
	const from = device.measured.size;
	const load = spawn(wrk.path, ["-t1", "-c16", `-d${SECONDS}s`, "-s", script, device.desk.http]);
	let report = "";
	load.stdout.on("data", (text) => {
		report += text;
	});
	load.stderr.on("data", (text) => {
		report += text;
	});
	const [code] = await once(load, "close");
	assert.equal(code, 0, report);
	const times = [...device.measured.keys()].slice(from - 1);
	const requests = /(\d+) requests in/.exec(report)?.[1];
	assert.ok(Number(requests) > 100, report);
	assert.match(report, /ok=true/, report);
	const gaps = times.filter((time, i) => i > 0 && time !== (times[i - 1] as number) + 10);
	t.diagnostic(
		`${times.length} windows of ${(RATE * SECONDS) / 10}, ${gaps.length} gaps, ${requests} requests`,
	);
	assert.deepEqual(gaps, []);
	assert.ok(times.length >= (RATE * SECONDS) / 10, `${times.length} windows`);
});

/** `GET /` and `getData` by turns, over connections that are kept; at the end, whether each was answered with 200. */
async function pollScript(device: OwnedDevice): Promise<string> {
	const { token = "" } = await device.owner.identify();
	const secret = createHash("md5")
		.update(token + device.owner.uuid)
		.digest("hex");
	const body = JSON.stringify({ udid: device.desk.udid, secret, getData: {} });
	return `
local ask
local turn = 0
init = function()
	ask = { wrk.format("GET", "/"), wrk.format("POST", "/", { ["Content-Type"] = "application/json" }, [[${body}]]) }
end
request = function()
	turn = turn + 1
	return ask[turn % 2 + 1]
end
done = function(summary)
	local e = summary.errors
	io.write(string.format("ok=%s\\n", e.status + e.connect + e.read + e.write + e.timeout == 0))
end
`;
}
