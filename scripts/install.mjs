import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The folder of the repository. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/** Brings the npm packages of package-lock.json if they are missing or older than it. Ends the process if it cannot. */
export function install() {
	if (Number(process.versions.node.split(".")[0]) < 20) {
		console.error(`Ambient16 needs Node.js 20 or later, this is ${process.versions.node}.`);
		process.exit(1);
	}
	const installed = `${root}/node_modules/.package-lock.json`;
	if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(`${root}/package-lock.json`).mtimeMs)
		return;
	console.error("Installing npm packages (once) ...");
	const npm = process.platform === "win32" ? "npm.cmd" : "npm";
	// Not on standard output: that belongs to what comes next.
	const { status } = spawnSync(npm, ["ci", "--loglevel=error"], {
		cwd: root,
		stdio: ["ignore", 2, 2],
		shell: process.platform === "win32",
	});
	if (status !== 0) {
		console.error("npm ci failed; see above.");
		process.exit(1);
	}
}
