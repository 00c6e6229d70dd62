import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { shown } from "../../../modules/cloud/database-answer";

describe("what a database says is shown", () => {
	test("as it is, if it is a line", () => {
		const text = '{"error":"partial write: field type conflict: input field \\"co2\\" …"}';
		assert.equal(shown(text, [], false), text);
		assert.equal(shown("", [], false), "");
	});

	test("without what terminals and browsers take for orders, on one line", () => {
		assert.equal(shown("\x1b]0;owned\x07a\r\nb\tc\0\x7f\x9bd", [], false), "]0;owned a b c d");
		// Bidirectional controls (Trojan Source), zero width, line separators, tags, surrogates alone.
		assert.equal(
			shown("a\u202eb\u2066c\u200bd\u2028e\ufefff\u{e0041}g\ud800h\u00adi", [], false),
			"a b c d e f g h i",
		);
		assert.equal(shown("  \n\n  <h1>no</h1>  \n", [], false), "<h1>no</h1>");
	});

	test("up to 200 characters, none of them halved", () => {
		assert.equal(shown("x".repeat(500), [], true), "x".repeat(200));
		assert.equal(shown(`${"x".repeat(199)}😀`, [], true), "x".repeat(199));
	});

	test("without the secrets that were sent to it, however often it says them again", () => {
		assert.equal(shown("bad token t0k-n: t0k-n!", ["t0k-n"], false), "bad token ***: ***!");
		assert.equal(shown("pwpwpw", ["pw"], false), "*********");
	});

	test("without the beginning of a secret where the text was cut off", () => {
		assert.equal(shown("bad token abcd", ["abcdefgh"], true), "bad token ***");
		assert.equal(shown("bad token abcd", ["abcdefgh"], false), "bad token abcd");
		assert.equal(shown("bad token abä\ufffd", ["abäöü"], true), "bad token ***");
		// What is hidden before makes room for what comes later.
		const token = "0123456789".repeat(8);
		const text = token.repeat(7).slice(0, 512);
		assert.doesNotMatch(shown(text, [token], true), /01/);
	});
});
