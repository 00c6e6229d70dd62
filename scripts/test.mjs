// npm test: type check, lint and all tests; or, with names, the test files that contain one of them.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { install, root } from "./install.mjs";

install();

const wanted = process.argv.slice(2);
const files = readdirSync(`${root}/test`, { recursive: true })
	.map((file) => `test/${file.replaceAll("\\", "/")}`)
	.filter((file) => file.endsWith(".test.ts"))
	.filter((file) => wanted.length === 0 || wanted.some((name) => file.includes(name)))
	.sort();
if (files.length === 0) {
	console.error(`no test file matches ${wanted.join(" or ")}`);
	process.exit(1);
}

const node = (...args) => spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" }).status === 0;

function check(what, ...args) {
	if (node(...args)) return;
	console.error(`\n${what} failed, nothing was tested\n0 passed, 1 failed, 0 skipped`);
	process.exit(1);
}

if (wanted.length === 0) {
	check("type check of modules/", "node_modules/typescript/bin/tsc", "-p", "modules");
	check("type check", "node_modules/typescript/bin/tsc", "-p", ".");
	check("type check of client/", "node_modules/typescript/bin/tsc", "-p", "client", "--noEmit");
	check("lint", "node_modules/@biomejs/biome/bin/biome", "check", ".");
}
/** Tests with nothing but fakes: in one process they take a fraction of the time that they take in one each. */
const isUnit = (file) => /^test\/(modules|support|hosts\/(esp32|moddable|simulated))\//.test(file);
const units = files.filter(isUnit);
const entries = files.filter((file) => !isUnit(file));
if (units.length > 0) {
	mkdirSync(`${root}/build`, { recursive: true });
	writeFileSync(`${root}/build/units.mjs`, units.map((file) => `import "../${file}";\n`).join(""));
	entries.unshift("build/units.mjs");
}

const passed = node(
	"--import",
	"tsx",
	"--test",
	"--test-concurrency=2",
	"--test-reporter=./scripts/reporter.mjs",
	"--test-reporter-destination=stdout",
	...entries,
);
process.exit(passed ? 0 : 1);
