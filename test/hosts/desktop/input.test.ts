import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { actionOfKey, lineReader } from "../../../hosts/desktop/input";
import { actionOfLine } from "../../../hosts/simulated/action";

describe("a line", () => {
	test("presses the button for so many seconds", () => {
		assert.deepEqual(actionOfLine('{"button":11}'), { button: 11 });
		assert.deepEqual(actionOfLine(' {"button": 0.2}\r'), { button: 0.2 });
	});

	test("lets somebody pass", () => {
		assert.deepEqual(actionOfLine('{"motion":"left-to-right"}'), { motion: "left-to-right" });
		assert.deepEqual(actionOfLine('{"motion":"right-to-left"}'), { motion: "right-to-left" });
	});

	for (const line of [
		"",
		"button",
		"null",
		"11",
		"[]",
		'["button"]',
		"{}",
		'{"button":11,"motion":"left-to-right"}',
		'{"button":0}',
		'{"button":-1}',
		'{"button":"11"}',
		'{"button":1e9}',
		'{"button":null}',
		'{"motion":"up"}',
		'{"motion":1}',
		'{"__proto__":1}',
		'{"quit":true}',
	])
		test(`${line || "nothing"} is a problem`, () => assert.equal(typeof actionOfLine(line), "string"));

	test("what was typed is not in what is said about it: it may be a secret", () => {
		const said = actionOfLine('{"uuid":"01234567-89ab-4def-8123-456789abcdef"') as string;
		assert.ok(!said.includes("0123"));
	});

	test("nothing that is typed throws", () => {
		fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (line) => void actionOfLine(line)));
	});
});

describe("the line reader", () => {
	const read = (...pieces: string[]) => {
		const lines: (string | undefined)[] = [];
		const push = lineReader((line) => lines.push(line));
		for (const piece of pieces) push(piece);
		return lines;
	};

	test("joins pieces and parts lines", () => {
		assert.deepEqual(read("a", "b\nc\n", "\nd"), ["ab", "c", ""]);
	});

	test("finds the same lines however the text is cut", () => {
		const texts = fc.array(fc.constantFrom("\n", "a", "bc", "x".repeat(100), "y".repeat(300)));
		fc.assert(
			fc.property(texts, fc.array(fc.nat(50)), (parts, cuts) => {
				const text = parts.join("");
				const pieces: string[] = [];
				let at = 0;
				for (const cut of cuts) {
					pieces.push(text.slice(at, at + cut));
					at += cut;
				}
				pieces.push(text.slice(at));
				assert.deepEqual(read(...pieces, "\n"), read(`${text}\n`));
			}),
		);
	});

	test("tells an over-long line once and goes on with the next", () => {
		assert.deepEqual(read("x".repeat(1_000), "x".repeat(1_000), "x\nok\n"), [undefined, "ok"]);
		assert.deepEqual(read(`${"x".repeat(1_000)}\nok\n`), [undefined, "ok"]);
	});
});

describe("a key", () => {
	test("does what the help says", () => {
		assert.deepEqual(actionOfKey("b"), { button: 0.2 });
		assert.deepEqual(actionOfKey("B"), { button: 11 });
		assert.deepEqual(actionOfKey("m"), { motion: "left-to-right" });
		assert.deepEqual(actionOfKey("M"), { motion: "right-to-left" });
		assert.deepEqual(actionOfKey("q"), { quit: true });
	});

	test("Ctrl-C quits, since a terminal in raw mode sends no signal", () => {
		assert.deepEqual(actionOfKey("\x03"), { quit: true });
	});

	test("others do nothing", () => {
		for (const key of ["x", " ", "\x1b", "toString"]) assert.equal(actionOfKey(key), undefined);
	});
});
