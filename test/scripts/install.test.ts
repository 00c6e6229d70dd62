import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { type Scope, temporaryFolder } from "../support/desk";

/** A repository whose lock file is newer than what is installed, and an npm that only tells that it ran. */
function stale(t: Scope) {
	const folder = temporaryFolder(t);
	const [root, packages, bin] = ["root", "packages", "bin"].map((name) => join(folder, name)) as [
		string,
		string,
		string,
	];
	for (const each of [join(root, "scripts"), packages, bin]) mkdirSync(each, { recursive: true });
	copyFileSync("scripts/install.mjs", join(root, "scripts", "install.mjs"));
	writeFileSync(join(packages, ".package-lock.json"), "{}");
	utimesSync(join(packages, ".package-lock.json"), 1, 1);
	writeFileSync(join(root, "package-lock.json"), "{}");
	writeFileSync(join(bin, "npm"), "#!/bin/sh\necho npm ran >&2\n", { mode: 0o755 });
	const install = () => {
		const module = JSON.stringify(pathToFileURL(join(root, "scripts", "install.mjs")).href);
		return spawnSync(
			process.execPath,
			["--input-type=module", "-e", `import { install } from ${module}; install();`],
			{ encoding: "utf8", env: { PATH: `${bin}:/usr/bin:/bin` } },
		);
	};
	return { root, packages, install };
}

const onWindows = { skip: process.platform === "win32" && "the npm of this test is a shell script" };

test("packages older than the lock file are installed anew", onWindows, (t) => {
	const { install } = stale(t);
	const { status, stderr } = install();
	assert.equal(status, 0, stderr);
	assert.match(stderr, /npm ran/);
});

test("not through a link: npm ci would empty the node_modules of another repository", onWindows, (t) => {
	const { root, packages, install } = stale(t);
	symlinkSync(packages, join(root, "node_modules"));
	const { status, stderr } = install();
	assert.equal(status, 1);
	assert.match(stderr, /^[^\n]*node_modules is a link[^\n]*\n$/);
	assert.doesNotMatch(stderr, /npm ran/);
	assert.deepEqual(readdirSync(packages), [".package-lock.json"]);
});
