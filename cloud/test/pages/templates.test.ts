import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const CLOUD = fileURLToPath(new URL("../..", import.meta.url));

test("no template of a page has an escape: ghtml shows `\\n` as it is written", () => {
	const sources = readdirSync(CLOUD, { recursive: true, encoding: "utf8" }).filter(
		(file) => file.endsWith(".ts") && !/^(node_modules|test)\b/.test(file),
	);
	assert.ok(sources.length > 0);
	for (const file of sources) {
		const text = readFileSync(join(CLOUD, file), "utf8");
		if (!text.includes('from "ghtml"')) continue;
		for (const line of text.split("\n"))
			assert.ok(!line.replace(/"[^"]*"/g, "").includes("\\n"), `${file}: ${line}`);
	}
});
