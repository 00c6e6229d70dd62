import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ApiError } from "../../../modules/api/error";
import { parseObject } from "../../../modules/api/json";

const parse = (text: string) => parseObject(new TextEncoder().encode(text));

function refusal(body: Uint8Array): string {
	try {
		parseObject(body);
	} catch (error) {
		assert.ok(error instanceof ApiError && error.status === 400, String(error));
		return error.code;
	}
	assert.fail("it was taken");
}

const refuse = (text: string) => refusal(new TextEncoder().encode(text));

test("an object is read", () => {
	assert.deepEqual(parse('{"a":[1,{"b":"ü"}]}'), { a: [1, { b: "ü" }] });
});

test("what is not an object is refused", () => {
	for (const text of ["", " ", "null", "42", '"text"', "[]", "{", '{"a":}', "{'a':1}", '{"a":1}x', "\u0000"])
		assert.equal(refuse(text), "malformed-json", text);
});

test("what is not UTF-8 is refused", () => {
	assert.equal(refusal(new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])), "malformed-json");
});

test("eight levels are read, nine are refused", () => {
	const nested = (levels: number) => `{"a":${"[".repeat(levels - 1)}${"]".repeat(levels - 1)}}`;
	assert.ok(parse(nested(8)));
	assert.equal(refuse(nested(9)), "too-deep");
});

test("100,000 levels are refused before JSON.parse sees them (XS aborts; Shelly CVE-2025-11243)", () => {
	assert.equal(refuse("[".repeat(100_000)), "too-deep");
	assert.equal(refuse('{"a":'.repeat(100_000)), "too-deep");
});

test("many brackets side by side, or in a text, are not deep", () => {
	assert.ok(parse(`{"a":[${Array(50).fill("[]").join(",")}]}`));
	assert.ok(parse(`{"a":"${"[{".repeat(50)}"}`));
	assert.ok(parse(`{"a":"\\"${"[".repeat(50)}"}`));
});

test("brackets behind the end of a text count", () => {
	assert.equal(refuse(`{"a":"\\\\",${'"b":['.repeat(20)}`), "too-deep");
});

test("a key named __proto__ is only a key", () => {
	const object = parse('{"__proto__":{"polluted":true}}');
	assert.deepEqual(Object.keys(object), ["__proto__"]);
	assert.equal(({} as Record<string, unknown>).polluted, undefined);
});

test("any JSON is read as JSON.parse does, or refused", () => {
	fc.assert(
		fc.property(fc.json({ maxDepth: 12 }), (text) => {
			let result: unknown;
			try {
				result = parse(text);
			} catch (error) {
				assert.ok(error instanceof ApiError);
				return;
			}
			assert.deepEqual(result, JSON.parse(text));
		}),
	);
});

test("random bytes are refused and nothing else happens", () => {
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
			try {
				parseObject(bytes);
			} catch (error) {
				assert.ok(error instanceof ApiError);
			}
		}),
	);
});
