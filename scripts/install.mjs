import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The folder of the repository. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/** The folder of the package with the server. */
export const cloud = `${root}cloud`;

/** Runs npm in the repository, as spawnSync does. */
export function npm(args, options) {
	const isWindows = process.platform === "win32";
	return spawnSync(isWindows ? "npm.cmd" : "npm", args, { cwd: root, shell: isWindows, ...options });
}

/**
 * Brings the npm packages of a folder's package-lock.json if they are missing or older than it. Ends the process if it
 * cannot.
 */
export function install(folder = root) {
	if (Number(process.versions.node.split(".")[0]) < 20) {
		console.error(`Ambient16 needs Node.js 20 or later, this is ${process.versions.node}.`);
		process.exit(1);
	}
	const installed = `${folder}/node_modules/.package-lock.json`;
	if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(`${folder}/package-lock.json`).mtimeMs)
		return;
	// npm ci empties what the link leads to, and with it the packages of another repository.
	if (lstatSync(`${folder}/node_modules`, { throwIfNoEntry: false })?.isSymbolicLink()) {
		console.error(
			"The npm packages are older than package-lock.json, and node_modules is a link: run npm ci where it leads to.",
		);
		process.exit(1);
	}
	console.error("Installing npm packages (once) ...");
	// Not on standard output: that belongs to what comes next.
	const { status } = npm(["ci", "--loglevel=error"], { cwd: folder, stdio: ["ignore", 2, 2] });
	if (status !== 0) {
		console.error("npm ci failed; see above.");
		process.exit(1);
	}
}
