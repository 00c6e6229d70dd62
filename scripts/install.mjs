import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The folder of the repository. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/** Runs npm in the repository, as spawnSync does. */
export function npm(args, options) {
	const isWindows = process.platform === "win32";
	return spawnSync(isWindows ? "npm.cmd" : "npm", args, { cwd: root, shell: isWindows, ...options });
}

/** Brings the npm packages of package-lock.json if they are missing or older than it. Ends the process if it cannot. */
export function install() {
	if (Number(process.versions.node.split(".")[0]) < 20) {
		console.error(`Ambient16 needs Node.js 20 or later, this is ${process.versions.node}.`);
		process.exit(1);
	}
	const installed = `${root}/node_modules/.package-lock.json`;
	if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(`${root}/package-lock.json`).mtimeMs)
		return;
	// npm ci empties what the link leads to, and with it the packages of another repository.
	if (lstatSync(`${root}/node_modules`, { throwIfNoEntry: false })?.isSymbolicLink()) {
		console.error(
			"The npm packages are older than package-lock.json, and node_modules is a link: run npm ci where it leads to.",
		);
		process.exit(1);
	}
	console.error("Installing npm packages (once) ...");
	// Not on standard output: that belongs to what comes next.
	const { status } = npm(["ci", "--loglevel=error"], { stdio: ["ignore", 2, 2] });
	if (status !== 0) {
		console.error("npm ci failed; see above.");
		process.exit(1);
	}
}
