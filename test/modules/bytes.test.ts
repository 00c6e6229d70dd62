import assert from "node:assert/strict";
import { test } from "node:test";
import { equalSecrets, fromBase64, toBase64, toHex } from "../../modules/bytes";

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

test("base64 is RFC 4648's, with padding", () => {
	for (const text of ["", "f", "fo", "foo", "foob", "fooba", "foobar", "ü€\u{1f600}"])
		assert.equal(toBase64(new TextEncoder().encode(text)), Buffer.from(text).toString("base64"));
});

test("base64 is read back", () => {
	for (let length = 0; length < 80; length++) {
		const bytes = Uint8Array.from({ length }, (_, i) => (i * 97 + length * 31) & 255);
		assert.deepEqual(fromBase64(Buffer.from(bytes).toString("base64")), bytes);
	}
});

test("what is not base64 is not read", () => {
	for (const text of ["a", "ab", "abc", "a===", "ab=c", "a-c=", "ab c"])
		assert.equal(fromBase64(text), undefined, text);
});
