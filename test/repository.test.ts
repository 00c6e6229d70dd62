import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";

const read = (path: string) => readFileSync(path, "utf8");

test("pages link to what is there", () => {
	const pages = ["", "client/", "docs/", "docs/own-infrastructure/"].flatMap((folder) =>
		readdirSync(`./${folder}`).flatMap((name) => (name.endsWith(".md") ? [folder + name] : [])),
	);
	assert.ok(pages.length > 10);
	for (const page of pages)
		for (const [, target = ""] of read(page).matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g))
			assert.ok(existsSync(join(dirname(page), target)), `${page} links to ${target}`);
});

test("the hosted workflow runs what .ci/run runs, with the Node.js of .nvmrc, which is one that the package takes", () => {
	const node = read(".nvmrc").trim();
	assert.match(read(".github/workflows/test.yml"), new RegExp(`node:${node}-[\\s\\S]*- run: \\.ci/run\n`));
	assert.match(JSON.parse(read("package.json")).engines.node, new RegExp(`^>=${node}\\.`));
});
