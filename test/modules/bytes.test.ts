import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBase64, sameText, toBase64 } from "../../modules/bytes";

test("secrets are equal only if every character is", () => {
	assert.equal(sameText("abcd", "abcd"), true);
	assert.equal(sameText("abcd", "abcx"), false);
	assert.equal(sameText("abcd", "xbcd"), false);
});

test("secrets that differ in any one character are not equal", () => {
	for (const length of [32, 64]) {
		const secret = "0123456789abcdef".repeat(length / 16);
		assert.equal(sameText(secret, secret), true);
		for (let at = 0; at < length; at++)
			assert.equal(sameText(secret, `${secret.slice(0, at)}x${secret.slice(at + 1)}`), false);
	}
});

test("a secret that is empty, shorter, longer or a repetition is not equal", () => {
	for (const given of ["", "abc", "abcde", "abcdabcd"]) assert.equal(sameText("abcd", given), false, given);
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
