// npm run esp32:check: the JavaScript half of the firmware for every chip and board, in debug and release, without ESP-IDF:
// types, bytecode, and the link, which also runs all preloaded modules. A module that a chip lacks fails it.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fail, readArguments } from "./command-line.mjs";
import { install } from "./install.mjs";
import {
	environment,
	expectedIdf,
	hasProgram,
	mcconfig,
	missingSdk,
	output,
	run,
	sdkTarget,
	targets,
} from "./moddable.mjs";

/** Bytes that XS needs for one on a chip. */
const SLOT = 16;

readArguments({}, "npm run esp32:check");
const missing = missingSdk();
if (missing) fail(missing);
if (!hasProgram("make")) fail("make is needed: see docs/hardware.md.");
install();

/** Stands in for ESP-IDF, of which the JavaScript half needs an empty header only. Made once: a newer one relinks all. */
const idf = join(output, "no-esp-idf");
const header = join(idf, "sdkconfig.h");
mkdirSync(idf, { recursive: true });
if (!existsSync(header)) writeFileSync(header, "");
const env = { ...environment(), IDF_PATH: idf };

for (const target of targets.map(sdkTarget).filter((t) => t.endsWith('c3')))
	for (const mode of ["release", "debug"]) report(target, mode, check(target, mode));

/** Returns the folder with what was made. */
function check(target, mode) {
	const sub = target.split("/")[1] ?? "";
	const made = join(output, "tmp", "esp32", sub, mode, "ambient16");
	const step = (name, { status, text }) => {
		if (status !== 0) fail(`${text}\n${target} ${mode}: ${name} failed; see above.`);
	};
	const flags = mode === "debug" ? ["-d"] : [];
	step("mcconfig", mcconfig([...flags, "-p", target], { env, quiet: true }));
	step("the type check", run("tsc", ["-p", typeCheck(made)], { env, quiet: true }));
	const files = [join(made, "mc.xs.c"), join(made, "mc.resources.c")];
	const variables = [`IDF_VERSION=${expectedIdf()}`, `SDKCONFIG_H=${header}`];
	step(
		"the build",
		run("make", ["-f", join(made, "makefile"), ...variables, ...files], { env, quiet: true }),
	);
	return made;
}

/** mcconfig compiles a module only when it has changed itself; this looks at all of them together. */
function typeCheck(made) {
	const files = readdirSync(join(made, "modules"), { recursive: true, encoding: "utf8" })
		.filter((file) => file.endsWith("-tsconfig.json"))
		.flatMap((file) => JSON.parse(readFileSync(join(made, "modules", file), "utf8")).files);
	const path = join(made, "all-tsconfig.json");
	const compilerOptions = { noEmit: true, noEmitOnError: false, sourceMap: false };
	writeFileSync(path, JSON.stringify({ extends: "./modules/tsconfig-base.json", compilerOptions, files }));
	return path;
}

function report(target, mode, made) {
	const bytecode = filesIn(join(made, "modules"), ".xsb");
	const ours = bytecode.filter(({ file }) => file.startsWith("ambient16"));
	const linked = readFileSync(join(made, "mc.xs.c"), "utf8");
	const objects = Number(/#define mxHeapCount (\d+)/.exec(linked)?.[1]);
	console.log(
		`${target} ${mode}: bytecode before the link ${total(bytecode)} bytes, of it ours ${total(ours)}; ` +
			`preloaded objects ${objects * SLOT} bytes; resources ${total(filesIn(join(made, "resources")))} bytes`,
	);
}

function filesIn(folder, suffix = "") {
	return readdirSync(folder, { recursive: true, encoding: "utf8" })
		.filter((file) => file.endsWith(suffix))
		.map((file) => ({ file, status: statSync(join(folder, file)) }))
		.filter(({ status }) => status.isFile());
}

function total(files) {
	return files.reduce((sum, { status }) => sum + status.size, 0);
}
