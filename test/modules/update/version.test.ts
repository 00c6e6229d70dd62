import assert from "node:assert/strict";
import { test } from "node:test";
import { isNewer, parseVersion } from "../../../modules/update/version";

test("a version has three numbers", () => {
	assert.deepEqual(parseVersion("1.20.3"), [1, 20, 3]);
	for (const text of [
		"1",
		"1.2",
		"1.2.3.4",
		"v1.2.3",
		"1.2.3-rc1",
		"01.2.3",
		"1.2.x",
		"",
		" 1.2.3",
		"1.2.3\n",
		"9999999.0.0",
		1,
		null,
	])
		assert.equal(parseVersion(text), undefined, String(text));
});

test("numbers are compared as numbers, the first first", () => {
	assert.equal(isNewer("1.10.0", "1.9.9"), true);
	assert.equal(isNewer("2.0.0", "1.99.99"), true);
	assert.equal(isNewer("1.0.1", "1.0.0"), true);
	for (const [a, b] of [
		["1.0.0", "1.0.0"],
		["1.9.9", "1.10.0"],
		["1.0.0", "2.0.0"],
		["x", "1.0.0"],
		["1.0.0", "x"],
	])
		assert.equal(isNewer(a!, b!), false, `${a} ${b}`);
});
