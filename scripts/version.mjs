// What `npm version` runs: takes the version of package.json to all other places, for its commit.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { root } from "./install.mjs";

const { version } = JSON.parse(readFileSync(`${root}/package.json`, "utf8"));
/** What stands before it. */
const PLACES = { "modules/version.ts": 'VERSION = "', "client/package.json": '"version": "' };
for (const [file, before] of Object.entries(PLACES)) {
	const text = readFileSync(`${root}/${file}`, "utf8");
	const at = text.indexOf(before) + before.length;
	writeFileSync(`${root}/${file}`, text.slice(0, at) + version + text.slice(text.indexOf('"', at)));
}
spawnSync("git", ["add", ...Object.keys(PLACES)], { cwd: root, stdio: "inherit" });
