// Builds dist/, before the package is packed or linked. In a fresh clone it brings the compiler first.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

// What npm was asked for here, such as --global, is not meant for the clone.
for (const name of Object.keys(process.env)) if (/^npm_config_/i.test(name)) delete process.env[name];

const { install } = await import("../scripts/install.mjs");
install();

const folder = fileURLToPath(new URL(".", import.meta.url));
rmSync(`${folder}dist`, { recursive: true, force: true });
const compiler = fileURLToPath(import.meta.resolve("typescript/package.json")).replace(
	"package.json",
	"bin/tsc",
);
const { status } = spawnSync(process.execPath, [compiler, "-p", folder], { stdio: ["ignore", 2, 2] });
process.exitCode = status ?? 1;
