// npm run home-assistant: a real Home Assistant for the test that wants one, kept beside the user's other caches.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { root } from "./install.mjs";

/** The last release that Python 3.11 runs, with just what it imports in the test. */
const PACKAGES = join(root, "scripts", "home-assistant.txt");
const PYTHON = "3.11";

const digest = createHash("sha256").update(readFileSync(PACKAGES)).digest("hex").slice(0, 12);
const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
const folder = join(cache, "ambient16", `home-assistant-${digest}`);
/** Written last: without it the folder is half of one. */
const mark = join(folder, "complete");

/** The program, or the reason to skip a test without it. */
export const hass = {
	path: join(folder, "bin", "hass"),
	skip: existsSync(mark) ? false : "Home Assistant is not installed: npm run home-assistant",
};

/** Runs a program to its end. @param {string} program @param {string[]} args */
function succeeds(program, ...args) {
	return spawnSync(program, args, { stdio: ["ignore", "inherit", "inherit"] }).status === 0;
}

/** Returns why it cannot be installed; undefined if it is. */
function install() {
	const version = ["-c", `import sys; sys.exit("%d.%d" % sys.version_info[:2] != "${PYTHON}")`];
	const python = [`python${PYTHON}`, "python3"].find((name) => spawnSync(name, version).status === 0);
	if (!python) return `Home Assistant 2024.3 wants Python ${PYTHON}, which is not there`;
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(dirname(folder), { recursive: true });
	const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r", PACKAGES];
	if (!succeeds(python, "-m", "venv", folder) || !succeeds(join(folder, "bin", "python"), ...pip))
		return "it could not be installed, see above";
	writeFileSync(mark, "");
	return undefined;
}

if (process.argv[1] === import.meta.filename && hass.skip) {
	console.error("Installing Home Assistant (once, 600 MB) ...");
	const reason = install();
	if (reason) console.error(reason);
	process.exitCode = reason ? 1 : 0;
}
