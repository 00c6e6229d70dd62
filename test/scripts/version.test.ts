import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { VERSION } from "../../modules/version";
import { temporaryFolder } from "../support/desk";

const json = (...path: string[]) => JSON.parse(readFileSync(join(...path), "utf8"));

test("there is one version", () => {
	const lock = json("package-lock.json");
	const versions = [
		json("package.json").version,
		lock.version,
		lock.packages[""].version,
		json("client/package.json").version,
	];
	for (const version of versions) assert.equal(version, VERSION);
});

test("npm version raises it everywhere, in one commit", {
	skip: spawnSync("git", ["--version"]).status !== 0 && "there is no git",
}, (t) => {
	const root = temporaryFolder(t);
	for (const folder of ["client", "modules", "scripts"]) mkdirSync(join(root, folder));
	for (const file of [
		"package.json",
		"package-lock.json",
		"client/package.json",
		"modules/version.ts",
		"scripts/version.mjs",
		"scripts/install.mjs",
	])
		cpSync(file, join(root, file));
	const run = (program: string, ...args: string[]) => {
		const { status, stdout, stderr } = spawnSync(program, args, {
			cwd: root,
			encoding: "utf8",
			shell: process.platform === "win32",
		});
		assert.equal(status, 0, stderr);
		return stdout;
	};
	run("git", "init", "--quiet");
	for (const [key, value] of [
		["user.name", "test"],
		["user.email", "test@example.org"],
		["commit.gpgsign", "false"],
		["tag.gpgsign", "false"],
	])
		run("git", "config", key as string, value as string);
	run("git", "add", ".");
	run("git", "commit", "--quiet", "-m", "before");
	run("npm", "version", "9.8.7");
	assert.match(readFileSync(join(root, "modules/version.ts"), "utf8"), /VERSION = "9\.8\.7"/);
	assert.deepEqual(
		[json(root, "package.json").version, json(root, "client/package.json").version],
		["9.8.7", "9.8.7"],
	);
	assert.equal(run("git", "status", "--porcelain"), "");
});
