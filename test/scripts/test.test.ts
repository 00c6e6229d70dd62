import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { type Scope, temporaryFolder } from "../support/desk";

const HEAD =
	'import assert from "node:assert/strict"; import fs from "node:fs"; import { describe, test } from "node:test";';
/** Fails at first, and passes ever after. */
const FLAKY = `${HEAD} test("flaky", () => {
	const marker = new URL(import.meta.url + ".seen");
	const seen = fs.existsSync(marker);
	fs.writeFileSync(marker, "");
	assert.ok(seen);
});`;
const PASSES = `${HEAD} test("passes", () => assert.equal(process.env.FORCE_COLOR, undefined));`;
const FAILS = `${HEAD} test("fails", () => assert.fail("as it must"));`;
const SKIPPED = `${HEAD} describe("a suite", { skip: "there is no sensor" }, () => { test("is not run", () => {}); });`;
const SLOW = `${HEAD} test("slow", async () => {
	await new Promise((resolve) => setTimeout(resolve, 6_500));
	assert.equal(process.env.FORCE_COLOR, undefined);
});`;

/** A repository with nothing but these test files. */
function repository(scope: Scope, files: Record<string, string>): string {
	const root = temporaryFolder(scope);
	cpSync("scripts", join(root, "scripts"), { recursive: true });
	symlinkSync(join(process.cwd(), "node_modules"), join(root, "node_modules"));
	const scripts = { typecheck: "exit 0", lint: "exit 0" };
	writeFileSync(join(root, "package.json"), JSON.stringify({ type: "module", scripts }));
	writeFileSync(join(root, "package-lock.json"), "{}");
	// Older than what is installed.
	utimesSync(join(root, "package-lock.json"), 1, 1);
	mkdirSync(join(root, "test"));
	for (const [name, text] of Object.entries(files)) writeFileSync(join(root, "test", name), text);
	return root;
}

interface Run {
	args?: string[];
	env?: NodeJS.ProcessEnv;
	/** In a terminal of its own. */
	terminal?: boolean;
}

/** What npm test does there. */
function run(scope: Scope, files: Record<string, string>, { args = [], env = {}, terminal = false }: Run) {
	const { NODE_TEST_CONTEXT: _, CI: __, ...inherited } = process.env;
	const command = [process.execPath, "scripts/test.mjs", ...args];
	const [program = "", ...rest] = terminal ? ["script", "-qec", command.join(" "), "/dev/null"] : command;
	const { status, stdout } = spawnSync(program, rest, {
		cwd: repository(scope, files),
		env: { ...inherited, ...env },
		encoding: "utf8",
	});
	const lines = stdout.trimEnd().split(/\r?\n/);
	return { status, text: lines.join("\n"), last: lines.at(-1), before: lines.at(-2) };
}

describe("npm test", () => {
	test("with names tells each failure, what was skipped and why, and tries nothing again", (t) => {
		const files = { "a.test.ts": PASSES, "b.test.ts": FAILS, "c.test.ts": SKIPPED, "d.test.ts": FLAKY };
		const { status, text, last } = run(t, files, { args: ["test/"], env: { FORCE_COLOR: "1" } });
		assert.equal(status, 1);
		assert.match(text, /^FAIL test\/b\.test\.ts: fails\n.*as it must/m);
		assert.match(text, /^skip test\/c\.test\.ts: there is no sensor\n +a suite$/m);
		assert.equal(last, "1 passed, 2 failed, 1 skipped");
	});

	test("fails where nobody looks if more than one file passes at the second try only", (t) => {
		const files = { "a.test.ts": FLAKY, "b.test.ts": FLAKY };
		const { status, text, last } = run(t, files, { env: { CI: "1" } });
		assert.equal(status, 1);
		assert.match(text, /^Passed at the second try only: test\/a\.test\.ts, test\/b\.test\.ts$/m);
		assert.equal(last, "2 passed, 1 failed, 0 skipped, 2 flaky");
	});

	test("in a terminal tells of one such file, and every few seconds what it is doing", {
		skip: spawnSync("script", ["--version"]).status !== 0 && "there is no script of util-linux",
	}, (t) => {
		const files = { "a.test.ts": FLAKY, "b.test.ts": SLOW };
		const { status, text, last, before } = run(t, files, { env: { CI: "1" }, terminal: true });
		assert.equal(status, 0);
		assert.match(text, /^ +\d+ s {2}(test\/a\.test\.ts, )?test\/b\.test\.ts \.\.\.$/m);
		assert.match(text, /^ +\d+ s {2}test\/b\.test\.ts: \d+\.\d s$/m);
		assert.equal(before, "Passed at the second try only: test/a.test.ts");
		assert.equal(last, "2 passed, 0 failed, 0 skipped, 1 flaky");
	});
});
