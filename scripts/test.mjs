// npm test: type check, lint and all tests; or, with names, the test files that contain one of them.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path/posix";
import { install, root } from "./install.mjs";
import { SUMMARY } from "./reporter.mjs";

/** Test files that run at a time: most of the time they wait. */
const CONCURRENCY = 4;
/** ms that a test file may take: one that hangs is not to hang all. Those of the simulator are one, and build it. */
const PATIENCE = process.env.MODDABLE ? 900_000 : 240_000;
/** Files that may fail at first and pass alone. More of them are no accident. */
const SECOND_CHANCES = 4;

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
	check("type check of the panel", "node_modules/typescript/bin/tsc", "-p", "hosts/desktop/panel/page");
	check("lint", "node_modules/@biomejs/biome/bin/biome", "check", ".");
}
/** Tests with nothing but fakes: in one process they take a fraction of the time that they take in one each. */
const isUnit = (file) => /^test\/(modules|support|hosts\/(esp32|moddable|simulated))\//.test(file);
/** Most of their time goes by waiting, and into the start of a process. */
const isDesktopHost = (file) => file.startsWith("test/hosts/desktop/");
/** One after the other, as two builds of the SDK in one folder get in each other's way. */
const isSimulated = (file) => file.startsWith("test/simulator/");
const entries = files.filter((file) => !isUnit(file) && !isDesktopHost(file) && !isSimulated(file));
mkdirSync(`${root}/build`, { recursive: true });
together("units", files.filter(isUnit));
together("desktop", files.filter(isDesktopHost));
together("simulator", files.filter(isSimulated));

/** Puts files into one process. */
function together(name, files) {
	if (files.length === 0) return;
	const entry = `build/${name}.mjs`;
	writeFileSync(`${root}/${entry}`, files.map((file) => `import "../${file}";\n`).join(""));
	entries.unshift(entry);
}

/** Runs test files, so many at a time, and returns the counts of each source of tests. */
function run(entries, concurrency) {
	rmSync(`${root}/${SUMMARY}`, { force: true });
	const passed = node(
		"--import",
		"tsx",
		"--test",
		`--test-concurrency=${concurrency}`,
		`--test-timeout=${PATIENCE}`,
		"--test-reporter=./scripts/reporter.mjs",
		"--test-reporter-destination=stdout",
		...entries,
	);
	const counts = existsSync(`${root}/${SUMMARY}`)
		? JSON.parse(readFileSync(`${root}/${SUMMARY}`, "utf8"))
		: {};
	return { passed, counts };
}

const result = run(entries, CONCURRENCY);
if (!result.passed && wanted.length === 0) {
	// Devices with real sockets and real time: one that failed beside others has a second chance without them.
	const failed = Object.keys(result.counts).filter((file) => result.counts[file].failed > 0);
	// Tests may stand in a file beside that which runs them.
	const fileOf = (file) =>
		files.find((it) => it === file) ?? files.find((it) => dirname(it) === dirname(file));
	const again = [...new Set(failed.map(fileOf))];
	if (again.length > 0 && again.length <= SECOND_CHANCES && again.every((file) => file && !isUnit(file))) {
		console.log(`\nOnce more, alone: ${again.join(", ")}`);
		const second = run(again, 1);
		result.passed = second.passed;
		Object.assign(result.counts, second.counts);
	}
}
const sum = (kind) => Object.values(result.counts).reduce((total, counts) => total + counts[kind], 0);
console.log(
	`\n${sum("passed")} passed, ${Math.max(sum("failed"), result.passed ? 0 : 1)} failed, ${sum("skipped")} skipped`,
);
process.exit(result.passed ? 0 : 1);
