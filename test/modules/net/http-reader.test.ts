import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { HttpReader } from "../../../modules/net/http-reader";

/** Reads an answer in pieces of `size` bytes. */
function read(answer: string, size = answer.length) {
	const log: unknown[] = [];
	let body = "";
	const reader = new HttpReader({
		onHead: ({ status, retryAfter }) => log.push([status, retryAfter]),
		onBody: (bytes) => {
			body += new TextDecoder().decode(bytes);
		},
	});
	const bytes = Buffer.from(answer, "latin1");
	let error: string | undefined;
	let taken = 0;
	for (let at = 0; at < bytes.length && error === undefined; at += size) {
		const result = reader.push(bytes.subarray(at, at + size));
		if (typeof result === "string") error = result;
		else taken += result;
	}
	const { done, persistent } = reader;
	return { log, body, error, done, persistent, end: reader.end(), rest: answer.slice(taken) };
}

const CUT = "the connection was cut";
const NOT_HTTP = "the answer is not HTTP";
const TWO_LENGTHS = "the answer has two lengths";
const OK = "HTTP/1.1 200 OK\r\n";

describe("an HTTP answer", () => {
	for (const [name, answer, expected] of [
		["with a length", `${OK}Content-Length: 5\r\n\r\nhello`, [[200, undefined]]],
		[
			"in chunks",
			`${OK}Transfer-Encoding: Chunked\r\n\r\n2;a=b\r\nhe\r\n3\r\nllo\r\n0\r\nA: b\r\n\r\n`,
			[[200, undefined]],
		],
		["up to the end of the connection", "HTTP/1.0 200 OK\r\n\r\nhello", [[200, undefined]]],
		["without a reason", "HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello", [[200, undefined]]],
		[
			"after interim ones",
			"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 \r\nLink: x\r\n\r\nHTTP/1.1 429 No\r\nretry-after: 7\r\ncontent-length: 5\r\n\r\nhello",
			[[429, "7"]],
		],
	] as const)
		test(`is read ${name}, however it is cut into pieces`, () => {
			for (let size = 1; size <= answer.length; size++) {
				const { log, body, error, end } = read(answer, size);
				assert.deepEqual([log, body, error, end], [expected, "hello", undefined, undefined], `${size}`);
			}
		});

	test("has no body when its status says so", () => {
		assert.ok(read("HTTP/1.1 204 No Content\r\n\r\n").done);
		assert.ok(read("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n").done);
		assert.ok(read(`${OK}Content-Length: 0\r\n\r\n`).done);
	});

	test("leaves what follows it", () => {
		assert.equal(read(`${OK}Content-Length: 2\r\n\r\nokHTTP/1.1 500`).rest, "HTTP/1.1 500");
		assert.equal(read(`${OK}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nHTTP/1.1 500`).rest, "HTTP/1.1 500");
	});

	test("tells whether its connection is good for another request", () => {
		for (const [answer, persistent] of [
			[`${OK}Content-Length: 0\r\n\r\n`, true],
			["HTTP/1.1 204 No Content\r\n\r\n", true],
			[`${OK}Connection: Close\r\nContent-Length: 0\r\n\r\n`, false],
			[`${OK}Connection: foo\r\nConnection: bar, close\r\nContent-Length: 0\r\n\r\n`, false],
			["HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n", false],
			// What follows could be taken for another answer.
			["HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", false],
		] as const)
			assert.equal(read(answer).persistent, persistent, answer);
	});

	test("is cut when the connection ends before it is whole", () => {
		for (const answer of [
			OK,
			`${OK}Content-Length: 5\r\n\r\nhell`,
			`${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`,
			"HTTP/1.1 100 Continue\r\n\r\n",
		])
			assert.equal(read(answer).end, CUT, answer);
	});

	for (const [what, fields] of [
		["two lengths", "Content-Length: 5\r\nContent-Length: 6"],
		["the same length twice", "Content-Length: 5\r\nContent-Length: 5"],
		["length and chunks", "Content-Length: 5\r\nTransfer-Encoding: chunked"],
		["chunks and length", "Transfer-Encoding: chunked\r\nContent-Length: 5"],
		["chunks twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"],
	] as const)
		test(`is refused with ${what} (RFC 9112, 6.3: response splitting)`, () => {
			assert.equal(read(`${OK}${fields}\r\n\r\nhello`).error, TWO_LENGTHS);
		});

	for (const answer of [
		"SSH-2.0-OpenSSH_9.2\r\n\r\n",
		"HTTP/2 200\r\n\r\n",
		"HTTP/1.2 200 OK\r\n\r\n",
		"http/1.1 200 OK\r\n\r\n",
		"HTTP/1.1  200 OK\r\n\r\n",
		"HTTP/1.1 2000 OK\r\n\r\n",
		"HTTP/1.1 20 OK\r\n\r\n",
		"HTTP/1.1 +20 OK\r\n\r\n",
		"HTTP/1.1 2e2 OK\r\n\r\n",
		"HTTP/1.1 099 OK\r\n\r\n",
		"HTTP/1.1 600 OK\r\n\r\n",
		"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n",
		" HTTP/1.1 200 OK\r\n\r\n",
		"\r\nHTTP/1.1 200 OK\r\n\r\n",
		"HTTP/1.1 200 O\0K\r\n\r\n",
		"HTTP/1.1 200 OK\nA: b\r\n\r\n",
		`${OK}A: b\n\r\n\r\n`,
		`${OK}A: b\rC: d\r\n\r\n`,
		`${OK}A : b\r\n\r\n`,
		`${OK}: b\r\n\r\n`,
		`${OK}A\r\n\r\n`,
		`${OK} A: b\r\n\r\n`,
		`${OK}A: b\r\n c\r\n\r\n`,
		`${OK}A: \x01\r\n\r\n`,
		`${OK}Content-Length: -5\r\n\r\n`,
		`${OK}Content-Length: +5\r\n\r\n`,
		`${OK}Content-Length: 0x5\r\n\r\n`,
		`${OK}Content-Length: 5, 5\r\n\r\n`,
		`${OK}Content-Length: 1e1\r\n\r\n`,
		`${OK}Content-Length:\r\n\r\n`,
		`${OK}Content-Length: 1234567890123456\r\n\r\n`,
		`${OK}Transfer-Encoding: gzip\r\n\r\n`,
		`${OK}Transfer-Encoding: gzip, chunked\r\n\r\n`,
		`${OK}Transfer-Encoding:\r\n\r\n`,
		"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
		`${OK}Transfer-Encoding: chunked\r\n\r\n-1\r\n`,
		`${OK}Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n`,
		`${OK}Transfer-Encoding: chunked\r\n\r\n1;\r\na\r\n`,
		`${OK}Transfer-Encoding: chunked\r\n\r\n0\r\nA\r\n`,
		`${OK}${"A: b\r\n".repeat(65)}\r\n`,
		"HTTP/1.1 100 Continue\r\n\r\n".repeat(5),
	])
		test(`${JSON.stringify(answer.slice(0, 90))} is none`, () => {
			for (const size of [answer.length, 1]) assert.equal(read(answer, size).error, NOT_HTTP);
		});

	test("is refused when its head, a line or its trailers do not end", () => {
		const chunked = `${OK}Transfer-Encoding: chunked\r\n\r\n`;
		for (const answer of [`${OK}A: ${"a".repeat(4096)}`, `${chunked}0\r\n${"A: b\r\n".repeat(1_000)}`])
			for (const size of [answer.length, 100, 1])
				assert.equal(read(answer, size).error, "the answer is too long");
		assert.equal(read(`${chunked}${"0".repeat(300)}`).error, NOT_HTTP);
		const most = `${OK}A: ${"a".repeat(4096 - OK.length - 7)}\r\n\r\n`;
		assert.equal(most.length, 4096);
		assert.equal(read(most, 1_000).error, undefined);
	});

	test("of TLS is told as that", () => {
		assert.equal(read("\x15\x03\x01\0\x02\x02\x16").error, "TLS is spoken there");
	});

	test("has the same outcome however it is cut into pieces, and never throws", () => {
		const piece = fc.constantFrom(
			OK,
			"HTTP/1.1 100 Continue\r\n\r\n",
			"Content-Length: 3\r\n",
			"Transfer-Encoding: chunked\r\n",
			"Connection: close\r\n",
			"\r\n",
			"abc",
			"2\r\nab\r\n",
			"0\r\n",
			"\r",
			"\n",
			"A: b\r\n",
			"x".repeat(4_000),
		);
		fc.assert(
			fc.property(fc.array(piece, { maxLength: 10 }), fc.integer({ min: 1, max: 30 }), (pieces, size) => {
				const answer = pieces.join("");
				const { rest: _, ...whole } = read(answer);
				const { rest: __, ...cut } = read(answer, size);
				assert.deepEqual(cut, whole);
			}),
			{ numRuns: 500 },
		);
	});
});
