import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { appendFileSync, cpSync, readdirSync, symlinkSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { test } from "node:test";
import { PROJECTS } from "../scripts/typecheck.mjs";
import { temporaryFolder } from "./support/desk";

/** Folders with nothing of ours, or with programs as owners write them. */
const FOREIGN =
	/(^|\/)(node_modules|build|dist|\.git)(\/|$)|^(data|cloud\/examples|test\/client\/languages)(\/|$)/;

const sources = readdirSync(".", { recursive: true, encoding: "utf8" })
	.map((file) => file.replaceAll("\\", "/"))
	.filter((file) => /\.(ts|mts|js|mjs)$/.test(file) && !FOREIGN.test(file));

/** Without what would make the compiler print colors. */
const env = { ...process.env, FORCE_COLOR: undefined };

test("every file of TypeScript or JavaScript is in a check of npm run typecheck", () => {
	assert.ok(sources.includes("hosts/esp32/chip-host.ts") && sources.includes("scripts/sim.mjs"));
	const checked = PROJECTS.flatMap((project) => {
		const args = ["node_modules/typescript/bin/tsc", "-p", project, "--listFilesOnly"];
		const { stdout } = spawnSync(process.execPath, args, { env, encoding: "utf8" });
		return stdout.split("\n").map((file) => relative(".", resolve(file.trim())).replaceAll("\\", "/"));
	});
	assert.deepEqual(
		sources.filter((file) => !checked.includes(file)),
		[],
	);
});

/** A line with a wrong type. */
function broken(file: string): string {
	if (file.endsWith(".d.ts")) return "declare const brokenLine: NoSuchType;\n";
	if (file.endsWith(".ts")) return 'export const brokenLine: number = "";\n';
	return '/** @type {number} */\nexport const brokenLine = "";\n';
}

test("a line with a wrong type, in whichever file, is found", (t) => {
	const folder = temporaryFolder(t);
	cpSync(".", folder, {
		recursive: true,
		// Or the packages would seem to be older than their lock files.
		preserveTimestamps: true,
		filter: (file) => !FOREIGN.test(relative(".", file)),
	});
	for (const packages of ["node_modules", "cloud/node_modules"])
		symlinkSync(resolve(packages), join(folder, packages));
	for (const file of sources) appendFileSync(join(folder, file), broken(file));
	const { status, stdout } = spawnSync(process.execPath, ["scripts/typecheck.mjs"], {
		cwd: folder,
		env,
		encoding: "utf8",
	});
	assert.notEqual(status, 0);
	const found = new Set(
		[...stdout.matchAll(/^(\S+)\(\d+,\d+\): error .*(NoSuchType|not assignable)/gm)].map(([, file]) => file),
	);
	assert.deepEqual(
		sources.filter((file) => !found.has(file)),
		[],
	);
});
