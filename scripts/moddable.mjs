import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { root } from "./install.mjs";

const HOSTS = { linux: "lin", darwin: "mac", win32: "win" };

/** Of this computer, as the SDK names it. */
export const platform = HOSTS[process.platform];

/** Chips and boards that the manifests know. */
export const targets = ["esp32", "esp32c3", "esp32c6", "esp32s3", "m5atom_lite", "m5nanoc6"];

/** As the SDK names it. */
export function sdkTarget(name) {
	return name === "esp32" ? name : `esp32/${name}`;
}

/** All that the SDK builds of us. */
export const output = join(root, "build", "xs");

/** The image that a build for a chip or board makes. */
export function imagePath(name, mode) {
	return join(output, "bin", sdkTarget(name), mode, "ambient16", "xs_esp32.bin");
}

/** Ends with one line for the user. */
export function fail(message) {
	console.error(message);
	process.exit(1);
}

/** Why the SDK cannot be used here, in one line; undefined if it can. */
export function missingSdk() {
	const { MODDABLE } = process.env;
	if (!platform) return `Moddable's SDK does not run on ${process.platform}.`;
	if (!MODDABLE) return "Moddable's SDK is needed, and MODDABLE is not set: see docs/hardware.md.";
	if (!existsSync(join(MODDABLE, "xs", "includes", "xs.h")))
		return `MODDABLE is ${MODDABLE}, which is not Moddable's SDK: see docs/hardware.md.`;
	if (!existsSync(tool("mcconfig")))
		return "The tools of Moddable's SDK are not built: see docs/hardware.md.";
	return undefined;
}

/** The path of one of the SDK's tools. */
export function tool(name) {
	const suffix = { lin: "", mac: name === "mcsim" ? ".app" : "", win: ".exe" }[platform];
	return join(process.env.MODDABLE, "build", "bin", platform, "release", name + suffix);
}

/** Whether a program can be found. */
export function hasProgram(name) {
	return spawnSync(name, ["--version"], { stdio: "ignore" }).error === undefined;
}

/** What the SDK's tools find: each other, and the TypeScript compiler of this project. */
export function environment() {
	const path = [join(root, "node_modules", ".bin"), join(tool("mcconfig"), ".."), process.env.PATH];
	return { ...process.env, PATH: path.join(delimiter) };
}

/** Runs a program of the SDK in the project's folder; `quiet` keeps what it prints. Returns its exit code and output. */
export function run(program, args, { env = environment(), quiet = false } = {}) {
	const { status, stdout, stderr, error } = spawnSync(program, args, {
		cwd: root,
		env,
		encoding: "utf8",
		maxBuffer: 1 << 28,
		stdio: quiet ? "pipe" : ["ignore", 2, 2],
	});
	if (error) fail(`${program} cannot be run: ${error.message}`);
	return { status, text: `${stdout ?? ""}${stderr ?? ""}` };
}

/** Has mcconfig write a makefile, or build at once with "-m" among `args`. */
export function mcconfig(args, options) {
	mkdirSync(output, { recursive: true });
	return run(tool("mcconfig"), [...args, "-o", output], options);
}
