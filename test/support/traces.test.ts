import assert from "node:assert/strict";
import { test } from "node:test";
import { traceOf } from "./traces";

const UUID = "0F234567-89ab-4def-8123-456789abcdef";
const BYTES = Buffer.from(UUID.replaceAll("-", ""), "hex");

test("a UUID is found in every form", () => {
	for (const form of [
		UUID,
		UUID.toLowerCase(),
		UUID.toUpperCase(),
		UUID.replaceAll("-", ""),
		[...UUID].reverse().join(""),
		BYTES.toString("base64"),
		BYTES.toString("latin1"),
		Buffer.from(UUID).toString("hex"),
		Buffer.from(UUID).toString("base64"),
		Buffer.from(BYTES).reverse().toString("hex"),
	])
		assert.notEqual(traceOf(UUID, `{"a":"${form}"}`), undefined, form);
});

test("a UUID is found within a longer text in base64, wherever it begins", () => {
	for (const before of ["", "a", "ab", "abc"])
		for (const encoding of ["base64", "base64url"] as const) {
			const text = Buffer.from(`${before}${UUID} and more`).toString(encoding);
			assert.match(traceOf(UUID, text) ?? "", /^base64/, `${before} ${encoding}`);
		}
});

test("what only begins or ends like a UUID is none", () => {
	assert.equal(traceOf(UUID, `${UUID.slice(1)} ${UUID.slice(0, -1)}`), undefined);
});
