import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { ApiError } from "../../../modules/api/error";
import { BodyReader, type JsonObject, type Parsed, parseObject } from "../../../modules/api/json";

const NAMES = ["a", "b"];

const parseAll = (text: string, names = NAMES) => parseObject(new TextEncoder().encode(text), names);
const parse = (text: string, names = NAMES) => parseAll(text, names).object;

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

test("a name that no request has is put aside before JSON.parse makes it one of XS for ever", () => {
	assert.deepEqual(parseAll('{"c":1,"a":2}'), {
		object: { "?": 1, a: 2 },
		unknownCommand: "c",
		unknownField: undefined,
		text: undefined,
	});
	assert.deepEqual(parseAll('{"a":{"b":{"ünknown" \n: "c:"},"c":2}}'), {
		object: { a: { b: { "?": "c:" }, "?": 2 } },
		unknownCommand: undefined,
		unknownField: "ünknown",
		text: undefined,
	});
	assert.deepEqual(parse('{"a":"\\\\","":1,"a long one":2}'), { a: "\\", "": 1, "?": 2 });
});

test("the bytes of a request are left as they are, for its signature", () => {
	const body = new TextEncoder().encode('{"unknown":1}');
	parseObject(body, NAMES);
	assert.equal(new TextDecoder().decode(body), '{"unknown":1}');
});

test("a name is not taken in disguise", () => {
	assert.deepEqual(Object.keys(parse('{"\\u0063":1}')), ["?"]);
	assert.equal(refuse('{"c"\u000b:1}'), "malformed-json");
	assert.equal(refuse('{"c"/**/:1}'), "malformed-json");
	assert.equal(refuse('{"c"\u00a0:1}'), "malformed-json");
});

test("whatever names are sent, no other becomes one of an object", () => {
	const inner = fc.dictionary(fc.string(), fc.integer());
	fc.assert(
		fc.property(fc.dictionary(fc.string(), fc.oneof(inner, fc.string())), (value) => {
			const { object } = parseAll(JSON.stringify(value, null, 1));
			for (const name of namesIn(object)) assert.ok(["a", "b", "?", ""].includes(name), name);
		}),
	);
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
				const { object, unknownCommand, unknownField } = parseAll(text, namesIn(value));
				// A name with an escape in it is none that a request has.
				if (unknownCommand === undefined && unknownField === undefined) assert.deepEqual(object, value);
				else assert.match(text, /\\/);
			} catch (error) {
				assert.ok(error instanceof ApiError, String(error));
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
				parseObject(bytes);
			} catch (error) {
				assert.ok(error instanceof ApiError);
			}
		}),
	);
});

test("a short text is read as a long one is, which is looked at byte by byte", () => {
	const outcome = (text: string) => {
		try {
			const { text: _, ...rest } = parseAll(text);
			return rest;
		} catch (error) {
			return (error as ApiError).code;
		}
	};
	const piece = fc.constantFrom(...'{}[]",:\\ \n', '"a"', '"b":', '":', "c", "\\u0061", "1", "{}", '{"a":');
	fc.assert(
		fc.property(fc.array(piece, { maxLength: 30 }), fc.boolean(), (pieces, object) => {
			const text = object ? `{${pieces.join("")}}` : pieces.join("");
			assert.deepEqual(outcome(text), outcome(text + " ".repeat(600)));
		}),
		{ numRuns: 2_000 },
	);
	for (const text of [
		'{"a":":b"}',
		'{":a":1}',
		'{"x:a":1}',
		'{"a" :1,"c" :2}',
		'{"a":"b\\":1"}',
		'{"a":{"a":{"c":1}}}',
	])
		assert.deepEqual(outcome(text), outcome(text + " ".repeat(600)), text);
});

describe("a reader of bodies", () => {
	const bytes = (text: string) => new TextEncoder().encode(text);
	const names = ["a", "b", "secret"];
	const hex = (digit: string) => digit.repeat(32);
	/** What the body says, which is kept. */
	const keeping = (reader: BodyReader, text: string) => {
		const parsed = reader.read(bytes(text));
		reader.keep(parsed);
		return said(parsed);
	};
	const said = ({ text: _, ...rest }: Parsed) => rest;

	test("reads a body as a first one, whatever it has read before", () => {
		const secrets = fc.constantFrom(
			hex("0"),
			hex("A"),
			hex("f"),
			hex("g"),
			"0",
			`${hex("0")}0`,
			`${"0".repeat(31)}"`,
			`${"0".repeat(30)}\\n`,
		);
		const body = fc
			.tuple(secrets, fc.constantFrom("1", "2", '{"b":2}', '{"x":1}', '"\\u0000"', `"${hex("0")}"`))
			.chain(([secret, a]) =>
				fc.constantFrom(
					`{"secret":"${secret}","a":${a}}`,
					`{"a":${a},"secret":"${secret}"}`,
					`{"a":${a},"secret":"${secret}"} `,
					`{"a":${a},"secret": "${secret}"}`,
					`{"a":{"secret":"${secret}"},"secret":"${secret}"}`,
					`{"a":{"secret":"${secret}"}}`,
					`{"a":${a}}`,
					`{"secret":${a}}`,
					`{"secret":"${secret}"`,
					`["${secret}"]`,
				),
			);
		const outcome = (read: () => unknown) => {
			try {
				return read();
			} catch (error) {
				assert.ok(error instanceof ApiError);
				return error.code;
			}
		};
		fc.assert(
			fc.property(fc.array(body, { minLength: 2, maxLength: 6 }), (texts) => {
				const reader = new BodyReader(names);
				for (const text of texts)
					assert.deepEqual(
						outcome(() => keeping(reader, text)),
						outcome(() => said(parseAll(text, names))),
						text,
					);
			}),
			{ numRuns: 1000 },
		);
	});

	test("keeps nothing that it was not told to keep, is long or was to be forgotten", () => {
		const reader = new BodyReader(names);
		const again = (text: string, read = keeping) => {
			const { a } = read(reader, text).object as JsonObject;
			return reader.read(bytes(text)).object.a === a;
		};
		const text = `{"a":{},"secret":"${hex("0")}"}`;
		assert.equal(again(text), true);
		reader.forget();
		assert.equal(
			again(text, () => reader.read(bytes(text))),
			false,
		);
		assert.equal(again(`{"a":{"b":"${"x".repeat(1000)}"}}`), false);
	});
});
