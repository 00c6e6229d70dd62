// What `npm version` runs: takes the version of package.json to all other places, for its commit.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { root } from "./install.mjs";

const { version } = JSON.parse(readFileSync(`${root}/package.json`, "utf8"));
const places = [
	["modules/version.ts", /(?<=VERSION = ")[^"]*/],
	["client/package.json", /(?<="version": ")[^"]*/],
];
for (const [file, pattern] of places)
	writeFileSync(`${root}/${file}`, readFileSync(`${root}/${file}`, "utf8").replace(pattern, version));
spawnSync("git", ["add", ...places.map(([file]) => file)], { cwd: root, stdio: "inherit" });
