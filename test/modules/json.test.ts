import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { JsonError, parseObject } from "../../modules/json";

const NAMES = ["a", "b"];

const parseAll = (text: string, names = NAMES) => parseObject(new TextEncoder().encode(text), names);
const parse = (text: string, names = NAMES) => parseAll(text, names).object;

function refusal(body: Uint8Array): string {
	try {
		parseObject(body, NAMES);
	} catch (error) {
		assert.ok(error instanceof JsonError, String(error));
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

test("names that no request has are told: the first of the object itself, and the first within", () => {
	const unknown = (text: string) => {
		const { unknownName, unknownInner } = parseAll(text);
		return [unknownName, unknownInner];
	};
	assert.deepEqual(unknown('{"a":{"b":[{"a":1}]},"b":"c\\":"}'), [undefined, undefined]);
	assert.deepEqual(unknown('{"c":1,"a":2,"d":3}'), ["c", undefined]);
	assert.deepEqual(unknown('{"a":{"b":{"ünknown" \n: "c:"},"c":2}}'), [undefined, "ünknown"]);
	assert.deepEqual(unknown('{"":{"":1}}'), ["", ""]);
	// A name with an escape in it is none that a request has.
	assert.deepEqual(unknown('{"\\u0061":1}'), ["\\u0061", undefined]);
});

test("where a name is unknown, XS is told all that it may make", () => {
	const parseJson = JSON.parse;
	const lists: unknown[] = [];
	JSON.parse = (text, list) => {
		lists.push(list);
		return parseJson(text);
	};
	try {
		parse('{"a":1}');
		parse('{"a":1,"c":1}');
		parse('{"a":{"c":1}}');
	} finally {
		JSON.parse = parseJson;
	}
	assert.deepEqual(lists, [undefined, NAMES, NAMES]);
});

test("the bytes of a request are left as they are, for its signature", () => {
	const body = new TextEncoder().encode('{"unknown":1}');
	parseObject(body, NAMES);
	assert.equal(new TextDecoder().decode(body), '{"unknown":1}');
});

test("a name is not taken in disguise", () => {
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

test("any JSON without unknown names is read as JSON.parse does, or refused", () => {
	fc.assert(
		fc.property(fc.json({ maxDepth: 12 }), (text) => {
			const value = JSON.parse(text);
			try {
				const { object, unknownName, unknownInner } = parseAll(text, namesIn(value));
				// A name with an escape in it is none that a request has.
				if (unknownName === undefined && unknownInner === undefined) assert.deepEqual(object, value);
				else assert.match(text, /\\/);
			} catch (error) {
				assert.ok(error instanceof JsonError, String(error));
			}
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
				parseObject(bytes, NAMES);
			} catch (error) {
				assert.ok(error instanceof JsonError);
			}
		}),
	);
});
