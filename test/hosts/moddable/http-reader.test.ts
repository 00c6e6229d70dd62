import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { HttpReader } from "../../../hosts/moddable/http-reader";

/** Reads an answer in pieces of `size` bytes. */
function read(answer: string, size = answer.length) {
	const log: unknown[] = [];
	let body = "";
	const reader = new HttpReader({
		onHead: ({ status, length, retryAfter }) => log.push([status, length, retryAfter]),
		onBody: (bytes) => {
			body += new TextDecoder().decode(bytes);
		},
	});
	const bytes = new TextEncoder().encode(answer);
	let error: string | undefined;
	for (let at = 0; at < bytes.length && error === undefined; at += size)
		error = reader.push(bytes.subarray(at, at + size));
	return { log, body, error, done: reader.done, end: reader.end() };
}

const CUT = "the connection was cut";
const NOT_HTTP = "the answer is not HTTP";

describe("an HTTP answer", () => {
	for (const [name, answer, expected] of [
		["with a length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", [[200, 5, undefined]]],
		[
			"in chunks",
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n2;a=b\r\nhe\r\n3\r\nllo\r\n0\r\nA: b\r\n\r\n",
			[[200, undefined, undefined]],
		],
		["up to the end of the connection", "HTTP/1.0 200 OK\n\nhello", [[200, undefined, undefined]]],
		[
			"after interim ones",
			"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 \r\nLink: x\r\n\r\nHTTP/1.1 429 No\r\nretry-after: 7\r\ncontent-length: 5\r\n\r\nhello",
			[[429, 5, "7"]],
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
		assert.ok(read("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").done);
	});

	test("is cut when the connection ends before it is whole", () => {
		for (const answer of [
			"HTTP/1.1 200 OK\r\n",
			"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
			"HTTP/1.1 100 Continue\r\n\r\n",
		])
			assert.equal(read(answer).end, CUT, answer);
	});

	test("is refused when it is none", () => {
		for (const answer of [
			"SSH-2.0-OpenSSH_9.2\r\n\r\n",
			"HTTP/2 200\r\n\r\n",
			"HTTP/1.1 2000 OK\r\n\r\n",
			"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
			"HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n",
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
		])
			assert.equal(read(answer).error, NOT_HTTP, answer);
	});

	test("is refused when its head or a line does not end", () => {
		const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
		for (const answer of [`HTTP/1.1 200 OK\r\nA: ${"a".repeat(4096)}`, `${chunked}${"0".repeat(300)}`])
			assert.equal(read(answer, 100).error, "the answer is too long");
	});
});
