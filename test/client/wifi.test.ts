import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { built } from "../../scripts/bundle.mjs";
import { type Desk, startDesk, temporaryFolder } from "../support/desk";
import { suiteScope } from "../support/scope";

const program = join(await built("ambient16"), "main.mjs");
const noPython = spawnSync("python3", ["--version"]).error ? "there is no python3" : false;

describe("Wi-Fi from the owner's side", () => {
	const scope = suiteScope(after);
	const home = temporaryFolder(scope);
	let desk: Desk;

	/** Runs the command line; what is asked for is `typed`. */
	function run(typed: string, ...args: string[]): Promise<{ code: number | null; text: string }> {
		return new Promise((resolve) => {
			const child = spawn(process.execPath, [program, ...args, "--https", desk.https], {
				env: { PATH: process.env.PATH, HOME: home, AMBIENT16_URL: desk.http },
			});
			let text = "";
			child.stdout.on("data", (chunk) => {
				text += chunk;
			});
			child.stderr.on("data", (chunk) => {
				text += chunk;
			});
			child.stdin.end(typed);
			child.on("close", (code) => resolve({ code, text }));
		});
	}

	/** What the sensor says of its Wi-Fi when the trial is over. */
	async function outcome(): Promise<string> {
		for (;;) {
			const { text } = await run("", "wifi", "status");
			if (!text.includes("is being tried")) return text;
		}
	}

	before(async () => {
		desk = await startDesk(scope, { args: ["--wifi"] });
		const { code, text } = await run("correct horse\n", "pair", "--ssid", "Home");
		assert.equal(code, 0, text);
	});

	test("scan lists the networks in reach, the strongest first", async () => {
		const { code, text } = await run("", "wifi", "scan");
		assert.equal(code, 0, text);
		assert.deepEqual(
			text
				.trim()
				.split("\n")
				.map((line) => line.trim()),
			[
				"-52 dBm  password  Home",
				"-68 dBm  open      Café",
				"-74 dBm  password  No address",
				"-91 dBm  password  Out of reach",
			],
		);
	});

	test("a wrong password leaves the network before, and status says why", async () => {
		const { code, text } = await run("wrong horse\n", "wifi", "set", "Home");
		assert.equal(code, 0, text);
		assert.equal(await outcome(), "Home; Home does not take this password\n");
	});

	test("another network that works is kept", async () => {
		assert.equal((await run("\n", "wifi", "set", "Café")).code, 0);
		assert.equal(await outcome(), "Café; Café is joined\n");
	});

	test("a key is told that this takes the owner", async () => {
		const { text: key } = await run("", "key", "meter", "--read", "--manage");
		const credential = /^meter\S+$/m.exec(key)?.[0] ?? "";
		const child = spawnSync(process.execPath, [program, "wifi", "scan", "--url", desk.http], {
			env: { PATH: process.env.PATH, HOME: home, AMBIENT16_KEY: credential },
			encoding: "utf8",
		});
		assert.equal(child.status, 2, child.stderr);
	});

	test("Python does the same", { skip: noPython }, async () => {
		const file = join(home, ".config/ambient16", desk.udid);
		const script = [
			"import sys; sys.path.insert(0, 'client/python')",
			"from ambient16 import Sensor",
			`sensor = Sensor(${JSON.stringify(desk.http)}, uuid=open(${JSON.stringify(file)}).read().strip())`,
			"with sensor.over_https() as secure:",
			"    print([network['ssid'] for network in secure.scan_wifi()])",
			"    secure.set_wifi('Home', 'correct horse')",
		].join("\n");
		const { stdout, stderr } = spawnSync("python3", ["-c", script], { encoding: "utf8" });
		assert.equal(stdout, "['Home', 'Café', 'No address', 'Out of reach']\n", stderr);
		assert.equal(await outcome(), "Home; Home is joined\n");
	});
});
