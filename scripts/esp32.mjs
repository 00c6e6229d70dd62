// npm run esp32 -- TARGET: builds the firmware for a chip or board. npm run flash -- TARGET: and writes it to the one
// that is connected (UPLOAD_PORT, if there is more than one). --debug builds for xsbug.
import { existsSync, rmSync } from "node:fs";
import { fail, readArguments } from "./command-line.mjs";
import { install } from "./install.mjs";
import { imagePath, mcconfig, missingIdf, missingSdk, sdkTarget, targets } from "./moddable.mjs";

const { values, positionals } = readArguments(
	{
		allowPositionals: true,
		options: { flash: { type: "boolean" }, debug: { type: "boolean" } },
	},
	"npm run esp32 -- TARGET [--debug], npm run flash -- TARGET [--debug]",
);
const name = positionals[0]?.replace(/^esp32\//, "") ?? "";
if (positionals.length !== 1 || !targets.includes(name)) fail(`Name one target: ${targets.join(", ")}.`);
const missing = missingSdk() ?? missingIdf();
if (missing) fail(missing);
install();

const target = sdkTarget(name);
const mode = values.debug ? "debug" : "release";
const flags = values.debug ? ["-d", "-m"] : ["-m"];
const image = imagePath(name, mode);
// The SDK's makefile goes on after errors of ESP-IDF.
rmSync(image, { force: true });
if (mcconfig([...flags, "-t", "build", "-p", target]).status !== 0 || !existsSync(image))
	fail("The build failed; see above.");
console.error(`Built ${image}`);
if (values.flash && mcconfig([...flags, "-t", "deploy", "-p", target]).status !== 0)
	fail("It could not be written to the board: see docs/hardware.md.");
