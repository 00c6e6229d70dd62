import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { ChunkedBody } from "../../../modules/http/chunked";
import { BODY, CHUNK_LINE, HEADER_BLOCK } from "../../../modules/limits";

const latin1 = (text: string) => new Uint8Array(Buffer.from(text, "latin1"));
const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");

/** What comes out of a body that arrives in these parts: its text and what follows it, or what it is refused with. */
function decode(...parts: (string | Uint8Array)[]): string {
	const body = new ChunkedBody({ fields: HEADER_BLOCK, body: BODY });
	let rest = "";
	for (const part of parts) {
		const bytes = typeof part === "string" ? latin1(part) : part;
		const taken = body.push(bytes);
		if (typeof taken !== "number") return `${taken.status} ${taken.code}`;
		rest += textOf(bytes.subarray(taken));
	}
	const { done } = body;
	return `${textOf(body.take())}${done ? `|${rest}` : "..."}`;
}

/** These data as chunks, the last one included. */
const chunks = (...data: string[]) =>
	[...data, ""].map((text) => `${text.length.toString(16)}\r\n${text}\r\n`).join("");

describe("a chunked body", () => {
	test("is put together from its chunks", () => {
		assert.equal(
			decode("4\r\nWiki\r\n6\r\npedia \r\nE\r\nin \r\n\r\nchunks.\r\n0\r\n\r\n"),
			"Wikipedia in \r\n\r\nchunks.|",
		);
	});

	test("may be empty", () => {
		assert.equal(decode("0\r\n\r\n"), "|");
		assert.equal(decode("000\r\n\r\n"), "|");
	});

	test("leaves what follows it", () => {
		assert.equal(decode(`${chunks("a")}GET /`), "a|GET /");
	});

	test("is not done before its last line end", () => {
		const text = chunks("abc");
		for (let end = 0; end < text.length; end++) assert.match(decode(text.slice(0, end)), /\.\.\.$/);
	});

	test("takes sizes in both cases and with leading zeros", () => {
		assert.equal(decode(`a\r\n0123456789\r\n0A\r\n0123456789\r\n0\r\n\r\n`), "01234567890123456789|");
	});

	test("ignores extensions", () => {
		assert.equal(decode('1;a; b=c;d="e\t;\\""\r\nx\r\n0;z\r\n\r\n'), "x|");
	});

	test("ignores trailers", () => {
		assert.equal(decode("1\r\nx\r\n0\r\nA: b\r\nContent-Length: 9\r\n\r\nrest"), "x|rest");
	});

	for (const text of [
		"\r\n",
		"-1\r\n",
		"+1\r\n",
		" 1\r\n",
		"1 \r\n",
		"0x1\r\n",
		"g\r\n",
		";a\r\n",
		"1,\r\n",
		"1\nx",
		"1\rx",
		"1;a\nx",
		"1;\0\r\n",
		"1;\r\n",
		"1; \r\n",
		"1;=b\r\n",
		"1;a=\r\n",
		"1;a=b c\r\n",
		"1;a b\r\n",
		'1;a="b\r\n',
		'1;a="b"c\r\n',
		"1;a\xe9\r\n",
		"1\r\nxx\r\n",
		"1\r\nx\n",
		"1\r\nx\rx",
		"1\r\nx0\r\n\r\n",
		"0\r\n\n",
		"0\r\n\rx",
		"0\r\nA: b\n",
		"0\r\nA: b\rx",
		"0\r\nA: \0",
		"0\r\nA\r\n",
		"0\r\n: b\r\n",
		"0\r\nA : b\r\n",
		"0\r\n A: b\r\n",
		"0\r\nA: b\r\n c\r\n",
	])
		test(`${JSON.stringify(text)} is malformed`, () => {
			assert.equal(decode(text), "400 malformed-chunk");
		});

	test("holds 1 KiB and no more", () => {
		const half = "x".repeat(BODY / 2);
		assert.equal(decode(chunks(half, half)), `${half}${half}|`);
		assert.equal(decode(chunks(half, half, "x")), "413 body-too-large");
	});

	test("is refused by its size line, before the data", () => {
		assert.equal(decode((BODY + 1).toString(16)), "413 body-too-large");
		assert.equal(decode("FFFFFFFFFFFFFFFF1\r\n"), "413 body-too-large");
	});

	test("has size lines of 64 bytes and no more", () => {
		assert.equal(decode(`1;${"a".repeat(CHUNK_LINE - 2)}\r\nx\r\n0\r\n\r\n`), "x|");
		assert.equal(decode(`1;${"a".repeat(CHUNK_LINE - 1)}\r\n`), "400 malformed-chunk");
		assert.equal(decode("0".repeat(CHUNK_LINE + 1)), "400 malformed-chunk");
	});

	test("has trailers of 2 KiB and no more", () => {
		assert.equal(decode(`0\r\nA: ${"a".repeat(HEADER_BLOCK - 5)}\r\n\r\n`), "|");
		assert.equal(decode(`0\r\n${"A: b\r\n".repeat(HEADER_BLOCK)}`), "431 header-too-large");
	});

	const cut = (bytes: Uint8Array, cuts: number[]) => {
		const ends = [...new Set(cuts)].filter((end) => end < bytes.length).sort((a, b) => a - b);
		return [...ends, bytes.length].map((end, i) => bytes.subarray(i === 0 ? 0 : ends[i - 1], end));
	};

	test("comes out the same however it is split", () => {
		const text = fc.array(fc.string({ minLength: 1, maxLength: 40, unit: "binary-ascii" }), { maxLength: 6 });
		fc.assert(
			fc.property(text, fc.array(fc.nat(200)), (data, cuts) => {
				assert.equal(decode(...cut(latin1(`${chunks(...data)}rest`), cuts)), `${data.join("")}|rest`);
			}),
		);
	});

	test("has the same outcome however it is split, also where it is malformed", () => {
		const piece = fc.constantFrom(
			"1\r\n",
			"x",
			"\r\n",
			"0\r\n",
			"\r",
			"\n",
			"2;a=b\r\n",
			"fff\r\n",
			"A: b\r\n",
			"y".repeat(90),
		);
		fc.assert(
			fc.property(fc.array(piece, { maxLength: 12 }), fc.array(fc.nat(300)), (pieces, cuts) => {
				const bytes = latin1(pieces.join(""));
				assert.equal(decode(...cut(bytes, cuts)), decode(bytes));
				assert.equal(decode(...cut(bytes, [...bytes.keys()])), decode(bytes));
			}),
			{ numRuns: 500 },
		);
	});

	test("never throws or holds more than its bound, whatever comes", () => {
		fc.assert(
			fc.property(fc.array(fc.uint8Array({ maxLength: 100 })), (parts) => {
				const body = new ChunkedBody({ fields: HEADER_BLOCK, body: BODY });
				for (const part of parts) if (typeof body.push(part) !== "number") return;
				const bytes = body.take();
				assert.ok(bytes.length <= BODY && bytes.buffer.byteLength <= BODY);
			}),
		);
	});
});
