import assert from "node:assert/strict";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { DeviceEvent } from "../../../hosts/host";
import { makeFolder } from "./folder";
import { until } from "./loopback";

type Test = Parameters<typeof makeFolder>[0];

const standIn = fileURLToPath(new URL("stand-in.ts", import.meta.url));

interface Running {
	child: ChildProcessWithoutNullStreams;
	data: string;
	output: () => string;
	errors: () => string;
	/** Waits for this text. */
	shows(text: string): Promise<void>;
	/** The code with which it ends. */
	exit: Promise<number>;
}

/** Starts a stand-in device in a process of its own. */
function start(t: Test, args: string[], behavior = "", env: NodeJS.ProcessEnv = {}): Running {
	const data = makeFolder(t);
	const child = spawn(
		process.execPath,
		["--import", "tsx", standIn, "--port", "0", "--https-port", "0", "--data", data, ...args],
		{ env: { ...process.env, STAND_IN: behavior, ...env } },
	);
	t.after(() => void child.kill("SIGKILL"));
	let output = "";
	let errors = "";
	child.stdout.on("data", (chunk) => {
		output += chunk;
	});
	child.stderr.on("data", (chunk) => {
		errors += chunk;
	});
	const exit = once(child, "close").then(([code, signal]) => {
		assert.equal(signal, null);
		return code;
	});
	const shows = (text: string) => until(() => output.includes(text) || child.exitCode !== null);
	return { child, data, output: () => output, errors: () => errors, shows, exit };
}

/** The problems that the stand-in has told, which are its diary. */
function diary(running: Running): string[] {
	const events: DeviceEvent[] = running
		.output()
		.trimEnd()
		.split("\n")
		.map((line) => JSON.parse(line));
	return events.flatMap((event) => (event.event === "problem" ? [event.message] : []));
}

describe("a device at a desk", { timeout: 300_000 }, () => {
	test("says that it is ready, and ends cleanly within a second, whoever is connected", async (t) => {
		const device = start(t, ["--json", "--udid", "10000fb38278"]);
		await device.shows('"ready"');
		const ready = JSON.parse(device.output().split("\n")[0]!);
		assert.deepEqual(Object.keys(ready), ["event", "http", "https", "udid", "paired", "panel"]);
		assert.deepEqual([ready.event, ready.udid, ready.paired], ["ready", "10000fb38278", true]);
		const client = connect(Number(new URL(ready.http).port), "127.0.0.1");
		client.on("error", () => {});
		client.write("hi");
		await once(client, "data");
		device.child.kill("SIGINT");
		const limit = setTimeout(() => assert.fail("it does not end"), 5_000);
		assert.equal(await device.exit, 0);
		clearTimeout(limit);
		assert.deepEqual(diary(device), ["start 1", "closed"]);
		assert.equal(device.errors(), "");
		assert.ok(!existsSync(join(device.data, "lock")));
	});

	test("starts anew in the same place, not within its own call, and only once", async (t) => {
		const device = start(t, ["--json"], "restart");
		await device.shows("start 2");
		device.child.stdin.write('{"motion":"left-to-right"}\n');
		await device.shows('"motion"');
		device.child.kill("SIGTERM");
		assert.equal(await device.exit, 0);
		assert.deepEqual(diary(device), ["start 1", "asked for", "closed", "start 2", "closed"]);
		const readies = device.output().match(/^\{"event":"ready".*$/gm)!;
		assert.equal(readies.length, 2);
		assert.equal(readies[0], readies[1]);
	});

	test("takes commands from standard input, and its end is the end of nothing", async (t) => {
		const device = start(t, ["--json", "--clock-rate", "100"]);
		await device.shows('"ready"');
		device.child.stdin.end(`{"button":11}\n{"button":1}\nrubbish\n${"x".repeat(10_000)}\n`);
		await device.shows("released");
		device.child.kill("SIGINT");
		assert.equal(await device.exit, 0);
		assert.deepEqual(diary(device).sort(), [
			"an input line is not JSON",
			"an input line is too long",
			"closed",
			"pressed",
			"released",
			"start 1",
			"the button is held already",
		]);
	});

	test("an exception in a timer is a problem, without its message, and no end", async (t) => {
		const device = start(t, ["--json"], "guarded");
		await device.shows("Error at");
		device.child.kill("SIGINT");
		assert.equal(await device.exit, 0);
		assert.ok(!device.output().includes("a secret"));
	});

	test("an exception that nobody caught is a problem, without its message, and the end with code 70", async (t) => {
		const device = start(t, ["--json"], "unguarded");
		assert.equal(await device.exit, 70);
		assert.match(device.output(), /"message":"Error at /);
		assert.ok(!device.output().includes("a secret") && !device.errors().includes("a secret"));
		assert.ok(!existsSync(join(device.data, "lock")));
	});

	test("ends cleanly when nobody reads its output any more", async (t) => {
		const device = start(t, ["--json"]);
		await device.shows('"ready"');
		device.child.stdout.destroy();
		device.child.stdin.write('{"motion":"left-to-right"}\n');
		assert.equal(await device.exit, 0);
		assert.equal(device.errors(), "");
	});

	test("without --json it speaks in readable lines, without control codes where there is no terminal", async (t) => {
		const device = start(t, [], "light");
		await device.shows("start 1");
		device.child.kill("SIGINT");
		assert.equal(await device.exit, 0);
		const output = device.output();
		assert.match(output, /^Ambient16 1000[0-9a-f]{8}, paired\n {2}HTTP {3}http:\/\/localhost:\d+\//);
		assert.match(output, /token {4}uulroqkt\n/);
		assert.equal(output.match(/light/g)!.length, 1);
		// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
		assert.doesNotMatch(output, /[\x00-\x09\x0b-\x1f]/);
	});

	test("--help lists the options and starts nothing", async (t) => {
		const device = start(t, ["--help"]);
		assert.equal(await device.exit, 0);
		assert.match(device.output(), /--clock-rate N/);
		assert.ok(!existsSync(join(device.data, "udid")));
	});

	test("wrong usage is one line on standard error and code 2", async (t) => {
		const device = start(t, ["--bind", "::1"]);
		assert.equal(await device.exit, 2);
		assert.equal(device.errors(), "Unknown option '--bind' (--help lists all options)\n");
		assert.equal(device.output(), "");
	});
});
