import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { TRUST_FIELDS } from "../../../modules/api/commands/endpoint-fields";
import { REQUEST_NAMES } from "../../../modules/api/names";

/** The names in the lists of fields that the commands give to Fields. */
function fields(): string[] {
	return readdirSync("modules/api/commands").flatMap((file) => {
		const text = readFileSync(`modules/api/commands/${file}`, "utf8");
		const lists = [...text.matchAll(/(?:new Fields\("[\w.]+", value, |const FIELDS = )\[([^\]]*)\]/g)];
		return lists.flatMap(([, list]) =>
			[...(list as string).matchAll(/"(\w+)"/g)].map(([, name]) => name as string),
		);
	});
}

function commands(): string[] {
	const text = readFileSync("modules/device.ts", "utf8");
	const object = /\n\t\tconst commands = \{\n([\s\S]*?)\n\t\t\};/.exec(text)?.[1] ?? "";
	return [...object.matchAll(/^\t\t\t(\w+):/gm)].map(([, name]) => name as string);
}

test("the names of requests are those of all commands and their fields", () => {
	const expected = ["udid", "secret", "red", "green", "blue", ...TRUST_FIELDS, ...fields(), ...commands()];
	assert.ok(commands().length >= 9 && fields().length >= 20);
	assert.deepEqual([...REQUEST_NAMES].sort(), [...new Set(expected)].sort());
});
