import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, test } from "node:test";
import { skip } from "./simulator";

function run(script: string, args: string[] = [], env: NodeJS.ProcessEnv = {}) {
	const { status, stdout, stderr } = spawnSync(process.execPath, [`scripts/${script}.mjs`, ...args], {
		env: { ...process.env, ...env },
		encoding: "utf8",
	});
	return { status, stdout, stderr, lines: stderr.trimEnd().split("\n") };
}

const SCRIPTS = [["sim"], ["sim", "--headless"], ["esp32", "esp32c3"], ["esp32-check"]] as const;

test("without the SDK each script says so in one line, and where to get it", () => {
	for (const [script, ...args] of SCRIPTS)
		for (const MODDABLE of ["", "/nowhere"]) {
			const { status, lines } = run(script, args, { MODDABLE });
			assert.equal(status, 1);
			assert.equal(lines.length, 1, lines.join("\n"));
			assert.match(lines[0] as string, /Moddable.*docs\/hardware\.md/);
		}
});

test("a target that nobody knows is refused with a list of those that are known", () => {
	for (const args of [[], ["esp8266"], ["esp32", "esp32c3"], ["../esp32"]]) {
		const { status, lines } = run("esp32", args);
		assert.equal(status, 1);
		assert.match(lines.join("\n"), /^Name one target: esp32, esp32c3, .*m5atom_lite/);
	}
});

describe("with the SDK", { skip }, () => {
	test("a build for a chip says in one line that ESP-IDF is missing", () => {
		for (const IDF_PATH of ["", "/nowhere"]) {
			const { status, lines } = run("esp32", ["esp32/m5atom_lite"], { IDF_PATH });
			assert.equal(status, 1);
			assert.equal(lines.length, 1, lines.join("\n"));
			assert.match(lines[0] as string, /ESP-IDF.*docs\/hardware\.md/);
		}
	});

	test("the JavaScript half is built for every chip and board, in debug and release", (t) => {
		const { status, stdout, stderr } = run("esp32-check");
		assert.equal(status, 0, stderr.slice(-4_000));
		const lines = stdout.trimEnd().split("\n");
		for (const line of lines) t.diagnostic(line);
		assert.deepEqual(
			lines.map((line) => line.split(":")[0]),
			[
				"esp32",
				"esp32/esp32c3",
				"esp32/esp32c6",
				"esp32/esp32s3",
				"esp32/m5atom_lite",
				"esp32/m5nanoc6",
			].flatMap((target) => [`${target} release`, `${target} debug`]),
		);
		for (const line of lines) assert.match(line, /bytecode before the link \d+ bytes.* resources \d+ bytes$/);
	});
});
