import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { sparkline } from "../../client/cli/chart";
import { bundle, startDesk, temporaryFolder } from "../support/desk";

type Scope = Parameters<typeof startDesk>[0];

const program = await bundle({ after }, "client/cli/main.ts");

/** Runs the command line with a home of its own. */
function cli(home: string, env: Record<string, string>, ...args: string[]) {
	return (input = ""): Promise<{ code: number | null; stdout: string; stderr: string }> =>
		new Promise((resolve) => {
			const child = spawn(process.execPath, [...program, ...args], {
				env: { PATH: process.env.PATH, HOME: home, ...env },
			});
			let [stdout, stderr] = ["", ""];
			child.stdout.on("data", (chunk) => {
				stdout += chunk;
			});
			child.stderr.on("data", (chunk) => {
				stderr += chunk;
			});
			child.stdin.on("error", () => {});
			child.stdin.end(input);
			child.on("close", (code) => resolve({ code, stdout, stderr }));
		});
}

async function desk(t: Scope) {
	const home = temporaryFolder(t);
	const device = await startDesk(t);
	const env = { AMBIENT16_URL: device.http };
	const run = (...args: string[]) => cli(home, env, ...args)();
	const pair = () => run("pair", "--https", device.https);
	const keyFile = join(home, ".config", "ambient16", device.udid);
	return { device, home, env, run, pair, keyFile };
}

test("pair keeps the UUID in a file for its owner alone, and the other commands find it there", async (t) => {
	const { device, run, pair, keyFile } = await desk(t);
	assert.match((await pair()).stdout, new RegExp(`^${device.udid} is yours`));
	assert.equal(statSync(keyFile).mode & 0o777, 0o600);
	assert.equal((await run("color", "blue", "--effect", "solid")).stdout, "#0000ff solid for 10 s\n");
	const data = await run("data", "--json");
	assert.ok("events" in JSON.parse(data.stdout));
	const https = await run("https");
	assert.match(https.stdout, /its certificate is proven/);
});

test("a key file that others can read is refused", async (t) => {
	const { run, pair, keyFile } = await desk(t);
	await pair();
	chmodSync(keyFile, 0o644);
	const { code, stderr } = await run("data");
	assert.equal(code, 2);
	assert.match(stderr, /chmod 600/);
});

test("nothing that it prints holds the UUID, except new-uuid", async (t) => {
	const { run, pair, keyFile } = await desk(t);
	const outputs = [
		await pair(),
		await run("color", "red"),
		await run("data"),
		await run("settings"),
		await run("pair"),
	];
	const uuid = readFileSync(keyFile, "utf8").trim();
	for (const { stdout, stderr } of outputs) assert.ok(!(stdout + stderr).includes(uuid));
	assert.match((await run("new-uuid")).stdout, /^[0-9a-f-]{36}\n$/);
});

test("a password is read from standard input, and points are sent where told", async (t) => {
	const { home, env, run, pair } = await desk(t);
	await pair();
	const set = cli(home, env, "influx", "set", "http://127.0.0.1:1", "--database", "home", "--user", "me");
	assert.equal((await set("hidden\n")).stdout, "points go to http://127.0.0.1:1\n");
	const settings = JSON.parse((await run("settings", "--json")).stdout);
	assert.equal(settings.influx.user, "me");
	await run("influx", "off");
	assert.equal(JSON.parse((await run("settings", "--json")).stdout).influx, null);
});

describe("exit codes", () => {
	test("wrong usage is 2", async (t) => {
		const home = temporaryFolder(t);
		for (const args of [["nonsense"], ["--nonsense"], ["color"], ["completion", "tcsh"]])
			assert.equal(
				(await cli(home, { AMBIENT16_URL: "http://127.0.0.1:1" }, ...args)()).code,
				2,
				args.join(" "),
			);
	});

	test("an unreachable sensor is 3, a refusal 4", async (t) => {
		const { home, run, pair } = await desk(t);
		assert.equal((await cli(home, { AMBIENT16_URL: "http://127.0.0.1:1" }, "info")()).code, 3);
		await pair();
		assert.equal((await run("color", "no such colour")).code, 4);
	});
});

test("reset asks first, and does as it is told", async (t) => {
	const { home, env, run, pair } = await desk(t);
	await pair();
	assert.equal((await cli(home, env, "reset")("n\n")).code, 2);
	assert.equal(JSON.parse((await run("info", "--json")).stdout).paired, true);
	assert.equal((await cli(home, env, "reset")("y\n")).code, 0);
	assert.equal(JSON.parse((await run("info", "--json")).stdout).paired, false);
});

test("discover finds a sensor among the addresses that it is given, and asks no others", async (t) => {
	const { device, run } = await desk(t);
	const { host } = new URL(device.http);
	const found = JSON.parse((await run("discover", host, "127.0.0.1:1", "--json")).stdout);
	assert.deepEqual(
		found.map(({ info }: { info: { udid: string } }) => info.udid),
		[device.udid],
	);
});

test("the UUID can come from the environment, and not from an argument", async (t) => {
	const { device, home, run, pair, keyFile } = await desk(t);
	await pair();
	const uuid = readFileSync(keyFile, "utf8").trim();
	writeFileSync(keyFile, "");
	const env = { AMBIENT16_URL: device.http, AMBIENT16_UUID: uuid };
	assert.equal((await cli(home, env, "data")()).code, 0);
	assert.equal((await run("data", "--uuid", uuid)).code, 2);
});

test("a chart goes from the least to the most, and is as long as it may be", () => {
	assert.equal(sparkline([1, 2, 3, 4, 5, 6, 7, 8], 8), "▁▂▃▄▅▆▇█");
	assert.equal(sparkline([5, 5, 5], 8), "▁▁▁");
	assert.equal(sparkline([0, 0, 1, 2], 2), "▁█");
	assert.equal(sparkline([], 8), "");
});
