import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fail } from "./command-line.mjs";
import { root } from "./install.mjs";
import { writeSetupPage } from "./setup-page.mjs";

/** With another one a build fails in places that say nothing: modules move between its versions. */
const SDK_VERSION = "8.2.3";

/** @type {Partial<Record<NodeJS.Platform, "lin" | "mac" | "win">>} */
const HOSTS = { linux: "lin", darwin: "mac", win32: "win" };

/** Of this computer, as the SDK names it; empty where it does not run. */
export const platform = HOSTS[process.platform] ?? "";

/** The folder of the SDK. */
export const sdk = process.env.MODDABLE ?? "";

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

/** Why the SDK cannot be used here, in one line; undefined if it can. */
export function missingSdk() {
	if (!platform) return `Moddable's SDK does not run on ${process.platform}.`;
	if (!sdk) return "Moddable's SDK is needed, and MODDABLE is not set: see docs/hardware.md.";
	if (!existsSync(join(sdk, "xs", "includes", "xs.h")))
		return `MODDABLE is ${sdk}, which is not Moddable's SDK: see docs/hardware.md.`;
	const version = sdkVersion();
	if (minor(version) !== minor(SDK_VERSION))
		return `Moddable's SDK in ${sdk} is ${version}; ${SDK_VERSION} is needed: see docs/hardware.md.`;
	if (!existsSync(tool("mcconfig")))
		return "The tools of Moddable's SDK are not built: see docs/hardware.md.";
	return undefined;
}

function sdkVersion() {
	const file = join(sdk, "tools", "VERSION");
	return existsSync(file) ? readFileSync(file, "utf8").trim() : "of an unknown version";
}

/** The version of ESP-IDF that the SDK wants, as it names it: v6.0. */
export function expectedIdf() {
	const manifest = readFileSync(join(sdk, "build", "devices", "esp32", "manifest.json"), "utf8");
	return JSON.parse(manifest).build.EXPECTED_ESP_IDF;
}

/** Why ESP-IDF cannot be used here, in one line; undefined if it can. There must be an SDK. */
export function missingIdf() {
	const idf = process.env.IDF_PATH ?? "";
	if (!existsSync(join(idf, "export.sh")))
		return "ESP-IDF is needed, and IDF_PATH does not name it: see docs/hardware.md.";
	const version = idfVersion(idf);
	const expected = expectedIdf();
	if (minor(version) !== minor(expected))
		return `ESP-IDF in ${idf} is ${version}; ${expected} is needed: see docs/hardware.md.`;
	return undefined;
}

/** @param {string} idf */
function idfVersion(idf) {
	const file = join(idf, "tools", "cmake", "version.cmake");
	const text = existsSync(file) ? readFileSync(file, "utf8") : "";
	const parts = [...text.matchAll(/IDF_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)/g)].map(([, part]) => part);
	return parts.length === 3 ? `v${parts.join(".")}` : "of an unknown version";
}

/**
 * What has to fit: of "v6.0.1" the 6.0.
 * @param {string} version
 */
function minor(version) {
	return /\d+\.\d+/.exec(version)?.[0];
}

/**
 * The path of one of the SDK's tools.
 * @param {string} name
 */
export function tool(name) {
	const suffix = { "": "", lin: "", mac: name === "mcsim" ? ".app" : "", win: ".exe" }[platform];
	return join(sdk, "build", "bin", platform, "release", name + suffix);
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
	writeSetupPage();
	return run(tool("mcconfig"), [...args, "-o", output], options);
}
