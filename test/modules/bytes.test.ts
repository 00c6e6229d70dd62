import assert from "node:assert/strict";
import { test } from "node:test";
import { equalSecrets, toHex } from "../../modules/bytes";

test("hex is lower case with two digits a byte", () => {
	assert.equal(toHex(new Uint8Array([0, 1, 0xab, 0xff])), "0001abff");
});

test("secrets are equal only if every character is", () => {
	assert.equal(equalSecrets("abcd", "abcd"), true);
	assert.equal(equalSecrets("abcd", "abcx"), false);
	assert.equal(equalSecrets("abcd", "xbcd"), false);
});

test("a secret that is empty, shorter, longer or a repetition is not equal", () => {
	for (const given of ["", "abc", "abcde", "abcdabcd"])
		assert.equal(equalSecrets("abcd", given), false, given);
});
