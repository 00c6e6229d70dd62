import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ApiError } from "../../../modules/api/error";
import { parseObject } from "../../../modules/api/json";

const NAMES = ["a", "b"];

const parse = (text: string, names = NAMES) => parseObject(new TextEncoder().encode(text), names);

function refusal(body: Uint8Array): string {
	try {
		parseObject(body, NAMES);
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

test("a name that no request has is refused before JSON.parse makes it one of XS for ever", () => {
	assert.equal(refuse('{"c":1}'), "unknown-command");
	assert.equal(refuse('{"a":{"c":1}}'), "unknown-field");
	assert.equal(refuse('{"a":[{"c" \n: 1}]}'), "unknown-field");
	assert.equal(refuse('{"a":"\\\\","c":1}'), "unknown-command");
	assert.ok(parse('{"a":"c","b":["c:"]}'));
});

test("a name is not taken in disguise", () => {
	assert.equal(refuse('{"\\u0061":1}'), "unknown-command");
	assert.equal(refuse('{"c"\u000b:1}'), "malformed-json");
	assert.equal(refuse('{"c"/**/:1}'), "malformed-json");
	assert.equal(refuse('{"c"\u00a0:1}'), "malformed-json");
});

test("128 values are read, more are refused: XS takes 25 bytes for each byte of them (Shelly CVE-2025-11243)", () => {
	const values = (count: number) => `{"a":[${Array(count).fill("1").join(",")}]}`;
	assert.ok(parse(values(127)));
	assert.equal(refuse(values(200)), "too-many-values");
	assert.equal(refuse(`{"a":[${Array(1300).fill("[]").join(",")}]}`), "too-many-values");
	assert.equal(refuse(`{${Array(500).fill('"a":1').join(",")}}`), "too-many-values");
	assert.ok(parse(`{"a":"${",".repeat(1000)}"}`));
});

test("a key named __proto__ is only a key", () => {
	const object = parse('{"__proto__":{"polluted":true}}', ["__proto__", "polluted"]);
	assert.deepEqual(Object.keys(object), ["__proto__"]);
	assert.equal(({} as Record<string, unknown>).polluted, undefined);
});

test("any JSON is read as JSON.parse does, or refused", () => {
	fc.assert(
		fc.property(fc.json({ maxDepth: 12 }), (text) => {
			let result: unknown;
			try {
				result = parse(text, namesIn(JSON.parse(text)));
			} catch (error) {
				assert.ok(error instanceof ApiError);
				return;
			}
			assert.deepEqual(result, JSON.parse(text));
		}),
	);
});

/** Of all members, however deep. */
function namesIn(value: unknown): string[] {
	if (typeof value !== "object" || value === null) return [];
	return Object.entries(value).flatMap(([name, inner]) => [name, ...namesIn(inner)]);
}

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
