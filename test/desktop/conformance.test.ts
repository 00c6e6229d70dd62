import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { conform, type Result } from "../conformance/suite";
import { endpointOf } from "../conformance/wire";
import { startDesk, temporaryFolder } from "../support/desk";
import { Owner } from "../support/owner";

describe("the desktop device keeps the protocol", { concurrency: true }, () => {
	test("a device without an owner", async (t) => {
		const desk = await startDesk(t);
		const results: Result[] = [];
		await conform(
			{ http: endpointOf(desk.http), https: endpointOf(desk.https) },
			(result) => results.push(result),
			() => {},
		);
		for (const { name, outcome, detail } of results)
			await t.test(name, { skip: outcome === "skip" && detail }, () =>
				assert.notEqual(outcome, "fail", detail),
			);
		assert.ok(results.length > 100, `there were ${results.length} rules only`);
		const { paired } = await new Owner(desk.http).identify();
		assert.equal(paired, false, "it was not left as it was");
	});

	test("a device that has an owner is left as it was", async (t) => {
		const desk = await startDesk(t);
		const owner = new Owner(desk.http);
		assert.equal((await owner.pair(desk.https)).status, 200);
		const before = await owner.identify();

		const { code, output } = await runSuite(["--url", desk.http, "--https", desk.https], owner.uuid);

		const lines = output.trimEnd().split("\n");
		assert.deepEqual(
			lines.filter((line) => !/^(pass {2}|skip {2}| {6}|in \d+ s$)/.test(line)),
			[lines.at(-1)],
		);
		assert.match(lines.at(-1) ?? "", /^\d+ passed, 0 failed, \d+ skipped$/);
		assert.equal(code, 0);
		assert.ok(!output.includes(owner.uuid), "the UUID is in the output");
		const { token, ...after } = await owner.identify();
		assert.match(token ?? "", /^[a-z]{8}$/);
		assert.deepEqual({ ...after, token: before.token }, before);
		assert.equal((await owner.send({ getData: {} })).status, 200);
	});

	test("the UUID is found where the command line has put it", async (t) => {
		const desk = await startDesk(t);
		const owner = new Owner(desk.http);
		await owner.pair(desk.https);
		const home = temporaryFolder(t);
		mkdirSync(join(home, "ambient16"));
		writeFileSync(join(home, "ambient16", desk.udid), `${owner.uuid}\n`, { mode: 0o600 });
		const { code, output } = await runSuite(["--url", desk.http], "", home);
		assert.equal(code, 0, output);
		assert.doesNotMatch(output, /no --uuid/);
	});

	test("a UUID that is not the device's is told, and nothing is tried", async (t) => {
		const desk = await startDesk(t);
		await new Owner(desk.http).pair(desk.https);
		const { code, output } = await runSuite(["--url", desk.http], new Owner(desk.http).uuid);
		assert.equal(code, 2);
		assert.match(output, /the UUID is not taken/);
	});

	test("an address where nothing is, and wrong usage, are told", async () => {
		for (const args of [["--url", "http://127.0.0.1:9"], ["--url", "https://127.0.0.1"], [], ["--nothing"]]) {
			const { code, output } = await runSuite(args);
			assert.equal(code, 2);
			assert.doesNotMatch(output, /^ +at /m);
		}
	});
});

/** Runs the suite as `npm run conformance` does. */
function runSuite(
	args: string[],
	uuid = "",
	config = "/nowhere",
): Promise<{ code: number | null; output: string }> {
	const child = spawn(process.execPath, ["--import", "tsx", "test/conformance/main.ts", ...args], {
		env: { ...process.env, AMBIENT16_UUID: uuid, XDG_CONFIG_HOME: config },
	});
	let output = "";
	for (const stream of [child.stdout, child.stderr])
		stream.setEncoding("utf8").on("data", (text: string) => {
			output += text;
		});
	return new Promise((resolve) => child.on("close", (code) => resolve({ code, output })));
}
