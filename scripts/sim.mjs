// npm run sim: builds the firmware for Moddable's simulator and opens it there, or with --headless runs it without
// a display. --instrument lets XS tell its use of memory once a second. What else can be set is in the environment:
// AMBIENT16_PORT (8080), AMBIENT16_HTTPS_PORT (8443), AMBIENT16_DATA (data/simulator), AMBIENT16_UDID, AMBIENT16_CLOCK_RATE (1),
// AMBIENT16_WIFI (1: its Wi-Fi is simulated).
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, renameSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { fail, readArguments } from "./command-line.mjs";
import { install, root } from "./install.mjs";
import { hasProgram, mcconfig, missingSdk, output, platform, run, sdk, tool } from "./moddable.mjs";

const { values } = readArguments(
	{ options: { headless: { type: "boolean" }, instrument: { type: "boolean" } } },
	"npm run sim -- [--headless] [--instrument]",
);
const missing = missingSdk();
if (missing) fail(missing);
if (platform !== "win" && !(hasProgram("make") && hasProgram("cc")))
	fail("A C compiler and make are needed: see docs/hardware.md.");
if (values.headless && platform !== "lin") fail("--headless works on Linux only: see docs/hardware.md.");
if (!values.headless && platform === "lin" && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY)
	fail("There is no display: npm run sim -- --headless runs without one.");
install();

const { register } = await import("tsx/esm/api");
register();
const { readOptions } = await import("../hosts/simulator/options.ts");
for (const { name, port } of ports()) {
	const code = await openingFails(port);
	const why = code === "EADDRINUSE" ? "is taken" : `cannot be opened (${code})`;
	if (code) fail(`Port ${port} ${why}: set ${name} to another one.`);
}

/** The simulator draws the board of a debug build only. */
const mode = values.instrument ? "instrument" : values.headless ? "release" : "debug";
const flags = { release: [], debug: ["-d"], instrument: ["-i"] }[mode];
const target = values.headless ? platform : `${platform}/moddable_six`;
if (mcconfig(["-m", ...flags, "-t", "build", "-p", target]).status !== 0)
	fail("The build failed; see above.");
const board = values.headless ? "mc" : "moddable_six";
const library = join(
	output,
	"bin",
	platform,
	board,
	mode,
	"ambient16",
	platform === "win" ? "mc.dll" : "mc.so",
);

const data = resolve(process.env.AMBIENT16_DATA ?? join(root, "data", "simulator"));
const env = { ...process.env, AMBIENT16_DATA: data };
const { program, args } = values.headless ? { program: loader(), args: [library] } : simulator();
const child = spawn(program, args, { env, stdio: "inherit" });
child.on("error", (error) => fail(`${program} cannot be run: ${error.message}`));
child.on("exit", (code) => process.exit(code ?? 1));
// The child has them too, and is to end first.
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"]))
	process.on(signal, () => child.kill(signal));

/** What the device will read itself; a wrong setting ends this here, before a build. */
function ports() {
	try {
		const { port, httpsPort } = readOptions((name) => process.env[name]);
		return [
			{ name: "AMBIENT16_PORT", port },
			{ name: "AMBIENT16_HTTPS_PORT", port: httpsPort },
		];
	} catch (error) {
		fail(/** @type {Error} */ (error).message);
	}
}

/**
 * The code of the error with which a port cannot be opened; undefined if it can.
 * @param {number} port
 * @returns {Promise<string | undefined>}
 */
function openingFails(port) {
	return new Promise((resolve) => {
		const server = createServer();
		server.on("error", (/** @type {NodeJS.ErrnoException} */ error) => resolve(error.code));
		server.listen(port, "0.0.0.0", () => server.close(() => resolve(undefined)));
	});
}

/** The command that opens the simulator. */
function simulator() {
	// The board of ours: all of it is in sight in a window as it opens.
	const args = [join(root, "hosts", "simulator", "window"), library];
	if (platform === "mac") return { program: join(tool("mcsim"), "Contents", "MacOS", "mcsim"), args };
	if (platform === "lin") {
		// It does not make the folder for its settings itself.
		mkdirSync(join(homedir(), ".config", "tech.moddable.mcsim"), { recursive: true });
	}
	return { program: tool("mcsim"), args };
}

/** The path of the program that takes the simulator's place. */
function loader() {
	const source = join(root, "hosts", "simulator", "headless.c");
	const program = join(output, "headless");
	if (existsSync(program) && statSync(program).mtimeMs > statSync(source).mtimeMs) return program;
	const glib = run("pkg-config", ["--cflags", "--libs", "glib-2.0"], { quiet: true });
	if (glib.status !== 0) fail("The development files of GLib are needed: see docs/hardware.md.");
	const include = `-I${join(sdk, "build", "simulators", "modules")}`;
	// Somebody else may run or compile it at the moment.
	const mine = `${program}.${process.pid}`;
	const compiled = run("cc", ["-O2", include, "-o", mine, source, ...glib.text.trim().split(/\s+/), "-ldl"]);
	if (compiled.status !== 0) fail("hosts/simulator/headless.c could not be compiled; see above.");
	renameSync(mine, program);
	return program;
}
