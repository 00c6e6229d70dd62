import { execFile, execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../..", import.meta.url));
const idf = join(root, "test/native/esp-idf");
const sdk = join(root, "test/native/moddable");
const compiler = process.env.CC ?? "gcc";

/** Folders with C for a chip. */
const FOLDERS = ["hosts/esp32", "hosts/moddable"];

/** The chips by their number in the SDK's makefile, which it defines as ESP32. */
export const CHIPS = { esp32: 1, esp32s3: 3, esp32c3: 4, esp32c6: 5 };

/**
 * Where the SDK's makefile (tools/mcconfig/make.esp32.mk, 8.2.3: INC_DIRS) looks for headers in ESP-IDF, as far as
 * there are declarations of ours; `components` itself is one, for "app_update/include/esp_ota_ops.h" and the like.
 */
export const COMPONENTS = [
	"components",
	"components/bootloader_support/include",
	"components/esp_common/include",
	"components/esp_event/include",
	"components/esp_hw_support/include",
	"components/esp_netif/include",
	"components/esp_partition/include",
	"components/esp_system/include",
	"components/freertos/FreeRTOS-Kernel/include",
	"components/lwip/lwip/src/include",
	"components/esp_wifi/include",
	"components/mbedtls/mbedtls/include",
];

/** What a manifest of ours adds to that. */
function added(manifest: string): string[] {
	const { platforms } = JSON.parse(readFileSync(join(root, manifest), "utf8"));
	const flags: string = platforms.esp32.build.C_FLAGS_SUBPLATFORM;
	return [...flags.matchAll(/-I\$\(IDF_PATH\)\/([^,\s]+)/g)].map(([, folder]) => folder as string);
}

/** Of the SDK: XS_DIRS there. */
const XS = ["xs/includes", "xs/platforms/esp", "xs/sources"];

const FLAGS = [
	"-m32",
	"-c",
	"-Os",
	"-std=gnu17",
	"-Wall",
	"-Wextra",
	"-Werror",
	"-DESP_PLATFORM",
	...[...COMPONENTS, ...added("hosts/moddable/tls/manifest.json"), "config"].map(
		(folder) => `-I${join(idf, folder)}`,
	),
	...XS.map((folder) => `-I${join(sdk, folder)}`),
];

/** All C for a chip, as paths in the repository. */
export const sources = FOLDERS.flatMap((folder) =>
	readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
		.filter((file) => file.endsWith(".c"))
		.map((file) => `${folder}/${file}`),
);

/** Why nothing can be compiled here, with the name of the Debian package that is missing. */
export function missing(): string | undefined {
	try {
		const args = ["-m32", "-fsyntax-only", "-x", "c", "-"];
		execFileSync(compiler, args, { input: "#include <stdint.h>", stdio: ["pipe", "ignore", "ignore"] });
		return undefined;
	} catch {
		return "needs a C compiler for 32 bits (Debian: gcc-multilib)";
	}
}

/** What the compiler says to a source of ours, or to a text in its place; nothing is what it should be. */
export async function compile(source: string, chip: keyof typeof CHIPS, text?: string): Promise<string> {
	const path = join(root, source);
	// Its own folder is what a header of ours beside it is found in.
	const what = text === undefined ? [path] : ["-x", "c", `-iquote${join(path, "..")}`, "-"];
	const compiling = run(compiler, [...FLAGS, `-DESP32=${CHIPS[chip]}`, ...what, "-o", "/dev/null"]);
	compiling.child.stdin?.end(text);
	return compiling.then(
		({ stderr }) => stderr,
		(error) => error.stderr || error.message,
	);
}
