// npm test: type check, lint and all tests; or, with names, the test files that contain one of them.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path/posix";
import { cloud, install, npm, root } from "./install.mjs";
import { SUMMARY } from "./reporter.mjs";

/** Test files that run at a time: most of the time they wait. */
const CONCURRENCY = 4;
/**
 * ms that a test file may take: one that hangs is not to hang all. Many times what the longest takes on a quick
 * computer, as others are slow or busy. Those of the simulator are one, and build it.
 */
const PATIENCE = process.env.MODDABLE ? 2_700_000 : 900_000;
/** Files that may fail at first and pass alone. More of them are no accident. */
const SECOND_CHANCES = 4;
/** And so many may pass like that where nobody looks. */
const FLAKY_IN_CI = 1;

install();

/** Tests read what programs print: no colours, whatever the terminal or the user wants. */
const { FORCE_COLOR: _, NO_COLOR: __, ...env } = process.env;

const wanted = process.argv.slice(2);
const files = ["test", "cloud/test"]
	.filter((folder) => existsSync(`${root}/${folder}`))
	.flatMap((folder) =>
		readdirSync(`${root}/${folder}`, { recursive: true }).map(
			(file) => `${folder}/${file.replaceAll("\\", "/")}`,
		),
	)
	.filter((file) => file.endsWith(".test.ts"))
	.filter((file) => wanted.length === 0 || wanted.some((name) => file.includes(name)))
	.sort();
if (files.length === 0) {
	console.error(`no test file matches ${wanted.join(" or ")}`);
	process.exit(1);
}
if (files.some((file) => file.startsWith("cloud/"))) install(cloud);

for (const [what, script] of wanted.length > 0
	? []
	: [
			["type check", "typecheck"],
			["lint", "lint"],
		]) {
	console.log(`${what} ...`);
	if (npm(["run", "--silent", script], { stdio: "inherit", env }).status === 0) continue;
	console.error(`\n${what} failed, nothing was tested\n0 passed, 1 failed, 0 skipped`);
	process.exit(1);
}

/** Tests with nothing but fakes: in one process they take a fraction of the time that they take in one each. */
const isUnit = (file) => /^test\/(common|modules|support|hosts\/(esp32|moddable|simulated))\//.test(file);
/** Most of their time goes by waiting, and into the start of a process. */
const isDesktopHost = (file) => file.startsWith("test/hosts/desktop/");
/** One after the other, as two builds of the SDK in one folder get in each other's way. */
const isSimulated = (file) => file.startsWith("test/simulator/");
/** Most of their time goes into loading what a server is made of. */
const isCloud = (file) => file.startsWith("cloud/test/");
const isAlone = (file) => ![isUnit, isDesktopHost, isSimulated, isCloud].some((is) => is(file));
const entries = files.filter(isAlone);
mkdirSync(`${root}/build`, { recursive: true });
together("units", files.filter(isUnit));
together("desktop", files.filter(isDesktopHost));
together("simulator", files.filter(isSimulated));
together("cloud", files.filter(isCloud));

/** Puts files into one process. */
function together(name, files) {
	if (files.length === 0) return;
	const entry = `build/${name}.mjs`;
	writeFileSync(`${root}/${entry}`, files.map((file) => `import "../${file}";\n`).join(""));
	entries.unshift(entry);
}

/** Runs test files, so many at a time, and returns the counts of each source of tests. */
async function run(entries, concurrency) {
	rmSync(`${root}/${SUMMARY}`, { force: true });
	const args = [
		...["--import", "tsx", "--test", `--test-concurrency=${concurrency}`, `--test-timeout=${PATIENCE}`],
		...["--test-reporter=./scripts/reporter.mjs", "--test-reporter-destination=stdout"],
	];
	// Node.js sets FORCE_COLOR for the tests where its output is a terminal.
	const child = spawn(process.execPath, [...args, ...entries], {
		cwd: root,
		env,
		stdio: ["inherit", "pipe", "inherit"],
	});
	child.stdout.pipe(process.stdout, { end: false });
	const status = await new Promise((resolve) => child.on("close", resolve));
	const counts = existsSync(`${root}/${SUMMARY}`)
		? JSON.parse(readFileSync(`${root}/${SUMMARY}`, "utf8"))
		: {};
	return { passed: status === 0, counts };
}

let { passed, counts } = await run(entries, CONCURRENCY);
let flaky = [];
if (!passed && wanted.length === 0) {
	// Devices with real sockets and real time: one that failed beside others has a second chance without them.
	const failed = Object.keys(counts).filter((file) => counts[file].failed > 0);
	// Tests may stand in a file beside that which runs them.
	const fileOf = (file) =>
		files.find((it) => it === file) ?? files.find((it) => dirname(it) === dirname(file)) ?? "";
	const again = [...new Set(failed.map(fileOf))];
	if (again.length > 0 && again.length <= SECOND_CHANCES && again.every((file) => file && !isUnit(file))) {
		console.log(`\nOnce more, alone: ${again.join(", ")}`);
		const second = await run(again, 1);
		passed = second.passed;
		counts = { ...counts, ...second.counts };
		flaky = again.filter((file) => !(second.counts[file]?.failed > 0));
	}
}
const sum = (kind) => Object.values(counts).reduce((total, each) => total + each[kind], 0);
console.log("");
if (passed && sum("passed") === 0) console.log("Nothing was tested: all was skipped, see above.");
if (flaky.length > 0) console.log(`Passed at the second try only: ${flaky.join(", ")}`);
if (passed && process.env.CI && flaky.length > FLAKY_IN_CI) {
	console.log(`More than ${FLAKY_IN_CI} flaky: that is a failure.`);
	passed = false;
}
console.log(
	`${sum("passed")} passed, ${Math.max(sum("failed"), passed ? 0 : 1)} failed, ${sum("skipped")} skipped${flaky.length > 0 ? `, ${flaky.length} flaky` : ""}`,
);
process.exit(passed ? 0 : 1);
