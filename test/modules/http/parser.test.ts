import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Refusal } from "../../../modules/http/errors";
import type { Progress } from "../../../modules/http/frame";
import { type Head, HeadParser } from "../../../modules/http/parser";
import {
	BODY,
	HEADER_BLOCK,
	HEADER_FIELDS,
	LEADING_EMPTY_LINES,
	REQUEST_LINE,
} from "../../../modules/limits";

const BOUNDS = { fields: HEADER_BLOCK, body: BODY };

type Outcome = Head | Progress | Refusal;

const latin1 = (text: string) => new Uint8Array(Buffer.from(text, "latin1"));

const parse = (text: string): Outcome => new HeadParser(BOUNDS).parse(latin1(text));

function head(text: string): Head {
	const outcome = parse(text);
	assert.equal(outcome.kind, "head", JSON.stringify(outcome));
	return outcome as Head;
}

function refused(text: string): string {
	const outcome = parse(text);
	assert.equal(outcome.kind, "refused", JSON.stringify(outcome));
	const { status, code } = outcome as Refusal;
	return `${status} ${code}`;
}

/** A GET with these header lines after Host. */
const get = (...lines: string[]) => ["GET / HTTP/1.1", "Host: a", ...lines, "", ""].join("\r\n");
const post = (...lines: string[]) => ["POST / HTTP/1.1", "Host: a", ...lines, "", ""].join("\r\n");
const target = (text: string, method = "GET") => `${method} ${text} HTTP/1.1\r\nHost: a\r\n\r\n`;

/** Gives the parser more and more of the bytes, until it has an outcome. */
function parseInParts(bytes: Uint8Array, ends: Iterable<number>): Outcome {
	const parser = new HeadParser(BOUNDS);
	let progress: Progress | undefined;
	for (const end of ends) {
		const outcome = parser.parse(bytes.subarray(0, end), progress);
		if (outcome.kind !== "more") return outcome;
		progress = outcome;
	}
	const outcome = parser.parse(bytes, progress);
	return outcome;
}

const byteByByte = (bytes: Uint8Array) =>
	parseInParts(
		bytes,
		[...bytes].map((_, at) => at + 1),
	);

describe("a request's head", () => {
	test("is read from the usual request", () => {
		const text =
			"POST /x?y=1 HTTP/1.1\r\nHost: Device.local:8080\r\nUser-Agent: curl/8\r\nAccept: */*\r\n" +
			'Content-Type: application/json\r\nAuthorization: Ambient16 token="a"\r\nContent-Length: 5\r\n\r\n';
		assert.deepEqual(head(`${text}hello`), {
			kind: "head",
			consumed: text.length,
			method: "POST",
			path: "/x",
			host: "device.local",
			authorization: 'Ambient16 token="a"',
			origin: undefined,
			end: text.length + 5,
			chunked: false,
			awaitsContinue: false,
			keepAlive: true,
		});
	});

	test("is not complete before the empty line", () => {
		const text = get("A: b");
		for (let end = 0; end < text.length; end++) assert.equal(parse(text.slice(0, end)).kind, "more");
	});

	test("takes field names in any case", () => {
		assert.equal(head("GET / HTTP/1.1\r\nhOsT: a\r\nORIGIN: x/y\r\n\r\n").origin, "x/y");
	});

	test("takes values without space before, and with tabs and spaces around", () => {
		assert.equal(head(get("Origin:x")).origin, "x");
		assert.equal(head(get("Origin: \t x \t")).origin, "x");
		assert.equal(head(get("Origin:")).origin, "");
	});

	test("ends where it ends, whatever follows", () => {
		const text = get();
		assert.equal(head(`${text}${text}`).consumed, text.length);
		assert.equal(head(`${text}\xff\r\n\r\n`).consumed, text.length);
	});

	test("may follow empty lines, as after a POST of old browsers", () => {
		const empty = "\r\n".repeat(LEADING_EMPTY_LINES);
		assert.equal(head(empty + get()).consumed, empty.length + get().length);
		assert.equal(refused(`${empty}\r\n${get()}`), "400 malformed-request-line");
	});

	test("has not begun as long as there are only empty lines", () => {
		for (const text of ["", "\r", "\r\n", "\r\n\r\n", "\r\n\r\n\r"]) {
			const outcome = parse(text) as Progress;
			assert.equal(outcome.kind, "more");
			assert.equal(outcome.searched, outcome.start);
		}
		const begun = parse("\r\nG") as Progress;
		assert.ok(begun.searched > begun.start);
	});

	test("may have bytes beyond ASCII in values", () => {
		assert.equal(head(get("X: \xff\xfe\xc3", "Origin: a/b")).origin, "a/b");
		assert.equal(head(get("X: \xc3\xbc", "Origin: a/b")).origin, "a/b");
		assert.equal(head(get("X: \xf0\x9f\x92\xa1")).consumed, get("X: 1234").length);
	});

	test("is the same the second time, and with another one in between", () => {
		const parser = new HeadParser(BOUNDS);
		const one = latin1(get("Origin: a/a"));
		const other = latin1(get("Origin: b/b"));
		const first = parser.parse(one);
		assert.deepEqual(parser.parse(one), first);
		assert.equal((parser.parse(other) as Head).origin, "b/b");
		assert.deepEqual(parser.parse(one), first);
		assert.equal(parser.parse(one.subarray(0, -1)).kind, "more");
	});

	test("with bytes that are no UTF-8 is not taken for the same head with others", () => {
		const parser = new HeadParser(BOUNDS);
		const consumed = (value: string) => (parser.parse(latin1(get(`X: ${value}`))) as Head).consumed;
		assert.equal(consumed("\xff"), get("X: 1").length);
		assert.equal(consumed("\xef\xbf\xbd"), get("X: 123").length);
		assert.equal(consumed("\xff"), get("X: 1").length);
	});

	test("after a byte order mark is not taken for the same head without", () => {
		const parser = new HeadParser(BOUNDS);
		parser.parse(latin1(get()));
		assert.equal((parser.parse(latin1(`\xef\xbb\xbf${get()}`)) as Refusal).code, "malformed-request-line");
	});
});

describe("a request target", () => {
	test("is split from its query", () => {
		assert.equal(head(target("/")).path, "/");
		assert.equal(head(target("/?a")).path, "/");
		assert.equal(head(target("/a/b?c/d?e")).path, "/a/b");
		assert.equal(head(target("//evil/a")).path, "//evil/a");
	});

	test("may be absolute and then names the host", () => {
		assert.equal(head(target("http://b")).path, "/");
		assert.equal(head(target("HTTP://b/c?d")).path, "/c");
		assert.equal(head(target("https://b?c/d")).path, "/");
		assert.equal(head(target("http://B:80/")).host, "b");
		assert.equal(head(target("http://[::1]:80/")).host, "::1");
	});

	test("of OPTIONS may be an asterisk, and of CONNECT an authority", () => {
		assert.equal(head(target("*", "OPTIONS")).path, "*");
		assert.equal(head(target("b:443", "CONNECT")).path, "b:443");
	});

	for (const text of [
		"*",
		"a",
		"b:443",
		"?a",
		"ftp://b/",
		"http:/b",
		"http://",
		"http:///a",
		"http://?a",
		"/\xe4",
	])
		test(`${JSON.stringify(text)} of GET is malformed`, () =>
			assert.equal(refused(target(text)), "400 malformed-target"));

	for (const text of ["http://user@b/", "http://b:c/", "http://[b]/", "http://:80/"])
		test(`${text} has a malformed host`, () => assert.equal(refused(target(text)), "400 malformed-host"));
});

describe("a request line", () => {
	for (const line of [
		"GET /",
		"GET  / HTTP/1.1",
		"GET / HTTP/1.1 ",
		" GET / HTTP/1.1",
		"GET / HTTP/1.1 x",
		"GET\t/\tHTTP/1.1",
		"G{T / HTTP/1.1",
		"GET / http/1.1",
		"GET / HTTP/11",
		"GET / HTTP/1.x",
		"GET / HTTP/1..",
		"GET / HTTP/01.1",
		"GET / FTP/1.1",
		"\x16\x03\x01",
		"\0",
		"\xff",
		"\n",
	])
		test(`${JSON.stringify(line)} is malformed`, () =>
			assert.equal(refused(`${line}\r\nHost: a\r\n\r\n`), "400 malformed-request-line"));

	test("is refused at once if it begins like a TLS handshake", () => {
		assert.equal(refused("\x16"), "400 malformed-request-line");
	});

	for (const line of ["GET / HTTP/2.0", "GET / HTTP/1.2", "GET / HTTP/0.9", "PRI * HTTP/2.0"])
		test(`${line} has an unknown version`, () =>
			assert.equal(refused(`${line}\r\n\r\n`), "505 unknown-version"));

	test("takes 512 bytes and no more", () => {
		const line = (length: number) => `GET /${"a".repeat(length - 14)} HTTP/1.1`;
		assert.equal(line(REQUEST_LINE).length, REQUEST_LINE);
		head(`${line(REQUEST_LINE)}\r\nHost: a\r\n\r\n`);
		assert.equal(refused(`${line(REQUEST_LINE + 1)}\r\nHost: a\r\n\r\n`), "414 request-line-too-long");
	});

	test("is refused as soon as it is too long", () => {
		assert.equal(parse("a".repeat(REQUEST_LINE)).kind, "more");
		assert.equal(refused("a".repeat(REQUEST_LINE + 1)), "414 request-line-too-long");
	});
});

describe("header fields", () => {
	test("take 2 KiB and no more", () => {
		const lines = (length: number) => `Host: a\r\nA: ${"a".repeat(length - 14)}\r\n`;
		assert.equal(lines(HEADER_BLOCK).length, HEADER_BLOCK);
		head(`GET / HTTP/1.1\r\n${lines(HEADER_BLOCK)}\r\n`);
		assert.equal(refused(`GET / HTTP/1.1\r\n${lines(HEADER_BLOCK + 1)}\r\n`), "431 header-too-large");
	});

	test("take 2 KiB and no more, however they are split", () => {
		const request = (length: number) =>
			latin1(`GET / HTTP/1.1\r\nHost: a\r\nA: ${"a".repeat(length - 14)}\r\n\r\n`);
		assert.equal(byteByByte(request(HEADER_BLOCK)).kind, "head");
		assert.equal((byteByByte(request(HEADER_BLOCK + 1)) as Refusal).status, 431);
	});

	test("are refused as soon as they take too much", () => {
		assert.equal(refused(`GET / HTTP/1.1\r\n${"a".repeat(HEADER_BLOCK - 1)}`), "431 header-too-large");
	});

	test("take 2 KiB and no more in many lines", () => {
		const lines = `Host: a\r\n${"A: bcde\r\n".repeat(60)}`;
		const rest = (length: number) => `A: ${"a".repeat(length - lines.length - 5)}\r\n`;
		head(`GET / HTTP/1.1\r\n${lines}${rest(HEADER_BLOCK)}\r\n`);
		assert.equal(refused(`GET / HTTP/1.1\r\n${lines}${rest(HEADER_BLOCK)}A`), "431 header-too-large");
	});

	test("are no more than 64", () => {
		head(
			get(
				..."a"
					.repeat(HEADER_FIELDS - 1)
					.split("")
					.map((name) => `${name}:`),
			),
		);
		assert.equal(
			refused(
				get(
					..."a"
						.repeat(HEADER_FIELDS)
						.split("")
						.map((name) => `${name}:`),
				),
			),
			"431 too-many-headers",
		);
	});

	for (const [name, line] of Object.entries({
		"no colon": "A",
		"an empty name (Mongoose, CVE-2023-34188)": ": a",
		"a space before the colon": "A : b",
		"a space before the colon of Content-Length": "Content-Length : 5",
		"a tab before the colon": "A\t: b",
		"a space in the name": "A B: c",
		"a separator in the name": "A(B): c",
		"a byte beyond ASCII in the name": "\xc4: b",
		"a Kelvin sign in the name": "\xe2\x84\xaa: b",
		"a folded line": "A: b\r\n c",
		"a folded line with a colon": "A: b\r\n c: d",
		"a folded line with a tab": "A: b\r\n\tc: d",
	}))
		test(`are malformed with ${name}`, () => assert.equal(refused(get(line)), "400 malformed-header"));

	test("must not begin with white space", () => {
		assert.equal(refused("GET / HTTP/1.1\r\n Host: a\r\n\r\n"), "400 malformed-header");
	});

	for (const code of [0, 1, 8, 11, 12, 14, 31, 127])
		test(`must not have the control character ${code}`, () => {
			assert.equal(refused(get(`A: b${String.fromCharCode(code)}c`)), "400 control-character");
			assert.equal(refused(get(`A${String.fromCharCode(code)}: b`)), "400 control-character");
		});

	test("may have a tab in a value", () => {
		head(get("A: b\tc"));
	});

	for (const [name, text] of Object.entries({
		LF: "GET / HTTP/1.1\nHost: a\n\n",
		"LF after the request line": "GET / HTTP/1.1\nHost: a\r\n\r\n",
		"LF after a field": "GET / HTTP/1.1\r\nHost: a\n\r\n",
		"LF at the end": "GET / HTTP/1.1\r\nHost: a\r\n\n",
		"LF before the request line": "\r\n\r\n\nGET",
		"CR after the request line": "GET / HTTP/1.1\rHost: a\r\n\r\n",
		"CR in a value": "GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n",
		"CR before CR LF": "GET / HTTP/1.1\r\nHost: a\r\r\n\r\n",
		"CR at the end": "GET / HTTP/1.1\r\nHost: a\r\n\rX",
		"CR before the request line": "\rGET / HTTP/1.1\r\nHost: a\r\n\r\n",
	}))
		test(`are refused with a lone ${name}`, () => {
			assert.match(refused(text), /^400 (lone-line-end|malformed-request-line)$/);
			const bytes = latin1(text);
			assert.deepEqual(byteByByte(bytes), new HeadParser(BOUNDS).parse(bytes));
		});
});

describe("Host", () => {
	for (const [value, host] of [
		["a", "a"],
		["A.Local", "a.local"],
		["192.0.2.16:80", "192.0.2.16"],
		["a:", "a"],
		["[::1]", "::1"],
		["[2001:DB8::1]:80", "2001:db8::1"],
		["", ""],
		["xn--a_b~c", "xn--a_b~c"],
	])
		test(`${JSON.stringify(value)} names ${JSON.stringify(host)}`, () => {
			assert.equal(head(`GET / HTTP/1.1\r\nHost: ${value}\r\n\r\n`).host, host);
		});

	for (const value of [
		"a b",
		"a,b c",
		"a/b",
		"user@a",
		"a:b",
		"a:80:80",
		":80",
		"[::1",
		"::1",
		"[a]",
		"[]",
		"[::1]a",
		"a\xff",
		"a\\b",
		'"a"',
		"a#b",
		"a?b",
	])
		test(`${JSON.stringify(value)} is malformed`, () => {
			assert.equal(refused(`GET / HTTP/1.1\r\nHost: ${value}\r\n\r\n`), "400 malformed-host");
		});

	test("must be there in HTTP/1.1", () => {
		assert.equal(refused("GET / HTTP/1.1\r\n\r\n"), "400 missing-host");
		assert.equal(refused("GET http://a/ HTTP/1.1\r\n\r\n"), "400 missing-host");
	});

	test("may be missing in HTTP/1.0", () => {
		assert.equal(head("GET / HTTP/1.0\r\n\r\n").host, "");
	});

	test("must not be there twice", () => {
		assert.equal(refused(get("Host: a")), "400 repeated-header");
		assert.equal(refused("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n"), "400 repeated-header");
	});
});

describe("the length of a body", () => {
	const length = (value: string) => refused(post(`Content-Length: ${value}`));

	test("is told by Content-Length", () => {
		for (const [value, count] of [
			["0", 0],
			["5", 5],
			["0005", 5],
			[`${BODY}`, BODY],
		] as const) {
			const { consumed, end, chunked } = head(post(`Content-Length: ${value}`));
			assert.equal(end - consumed, count);
			assert.equal(chunked, false);
		}
	});

	test("is told by chunks", () => {
		for (const value of ["chunked", "Chunked", " chunked\t"]) {
			const { end, chunked } = head(post(`Transfer-Encoding:${value}`));
			assert.equal(end, Number.POSITIVE_INFINITY);
			assert.equal(chunked, true);
		}
	});

	test("may be told for GET", () => {
		const { consumed, end } = head(get("Content-Length: 5"));
		assert.equal(end - consumed, 5);
	});

	for (const value of [
		"-1",
		"+5",
		"abc",
		"5a",
		"0x5",
		"1e2",
		"5 5",
		"5, 5",
		"5,",
		"",
		"5.0",
		"\xc2\xa05",
		"\xef\xbb\xbf5",
		"1".repeat(16),
		"18446744073709551621",
	])
		test(`Content-Length ${JSON.stringify(value)} is malformed (Mongoose, CVE-2023-34188; Moddable, Espruino)`, () => {
			assert.equal(length(value), "400 malformed-content-length");
		});

	test("Content-Length with a null byte is refused", () => {
		assert.equal(length("5\0"), "400 control-character");
	});

	test("Content-Length must not be there twice, even if both are equal", () => {
		assert.equal(refused(post("Content-Length: 5", "Content-Length: 5")), "400 repeated-header");
		assert.equal(refused(post("Content-Length: 5", "content-length: 6")), "400 repeated-header");
	});

	test("Content-Length and Transfer-Encoding exclude each other (request smuggling)", () => {
		assert.equal(refused(post("Content-Length: 5", "Transfer-Encoding: chunked")), "400 ambiguous-length");
		assert.equal(refused(post("Transfer-Encoding: gzip", "Content-Length: 5")), "400 ambiguous-length");
	});

	test("Transfer-Encoding is not for HTTP/1.0", () => {
		assert.equal(refused("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), "400 ambiguous-length");
	});

	for (const value of [
		"gzip",
		"identity",
		"gzip, chunked",
		"chunked, chunked",
		"chunked;a=b",
		"xchunked",
		'"chunked"',
		"",
		"chun\xe2\x84\xaaed",
		"\xc2\xa0chunked",
	])
		test(`Transfer-Encoding ${JSON.stringify(value)} is unknown`, () => {
			assert.equal(refused(post(`Transfer-Encoding: ${value}`)), "501 unknown-transfer-encoding");
		});

	test("Transfer-Encoding twice is unknown", () => {
		assert.equal(
			refused(post("Transfer-Encoding: chunked", "Transfer-Encoding: chunked")),
			"501 unknown-transfer-encoding",
		);
	});

	test("is refused if it is too large", () => {
		assert.equal(length(`${BODY + 1}`), "413 body-too-large");
		assert.equal(length("9".repeat(15)), "413 body-too-large");
	});

	test("must be told for POST", () => {
		assert.equal(refused(post()), "411 length-required");
		assert.equal(refused("POST / HTTP/1.0\r\n\r\n"), "411 length-required");
		head(target("/", "PUT"));
	});
});

describe("fields of the connection", () => {
	const keepsAlive = (version: string, ...lines: string[]) =>
		head(`GET / HTTP/${version}\r\nHost: a\r\n${lines.map((line) => `${line}\r\n`).join("")}\r\n`).keepAlive;

	test("HTTP/1.1 is kept alive unless it is to close", () => {
		assert.equal(keepsAlive("1.1"), true);
		assert.equal(keepsAlive("1.1", "Connection: keep-alive"), true);
		assert.equal(keepsAlive("1.1", "Connection: close"), false);
		assert.equal(keepsAlive("1.1", "Connection: TE , Close"), false);
		assert.equal(keepsAlive("1.1", "Connection: TE", "Connection: close"), false);
		assert.equal(keepsAlive("1.1", "Connection: closed"), true);
	});

	test("HTTP/1.0 is kept alive only if it asks for it", () => {
		assert.equal(keepsAlive("1.0"), false);
		assert.equal(keepsAlive("1.0", "Connection: Keep-Alive"), true);
		assert.equal(keepsAlive("1.0", "Connection: keep-alive, close"), false);
	});

	test("Expect: 100-continue is heard in HTTP/1.1 alone", () => {
		const lines = "Host: a\r\nContent-Length: 5\r\nExpect: 100-Continue\r\n\r\n";
		assert.equal(head(`POST / HTTP/1.1\r\n${lines}`).awaitsContinue, true);
		assert.equal(head(`POST / HTTP/1.0\r\n${lines}`).awaitsContinue, false);
	});

	test("other expectations are refused", () => {
		assert.equal(refused(get("Expect: 200-ok")), "417 unknown-expectation");
		assert.equal(refused(get("Expect: 100-", "Expect: continue")), "417 unknown-expectation");
		assert.equal(refused(get("Expect:")), "417 unknown-expectation");
	});

	test("Content-Type and Authorization must not be there twice", () => {
		assert.equal(refused(get("Content-Type: a/b", "Content-Type: a/b")), "400 repeated-header");
		assert.equal(refused(get("Authorization: a", "Authorization: b")), "400 repeated-header");
	});

	test("an 8 kB Content-Type is refused (arduino-esp32, CVE-2026-42854)", () => {
		assert.equal(
			refused(get(`Content-Type: multipart/form-data; boundary=${"a".repeat(8192)}`)),
			"431 header-too-large",
		);
	});

	test("a header line of 1 MB is refused before it has arrived (Moddable's HTTPServer held 754 MB)", () => {
		assert.equal(refused(`GET / HTTP/1.1\r\nA: ${"a".repeat(HEADER_BLOCK)}`), "431 header-too-large");
	});
});

/** Heads that are nearly right: good and bad lines in any order, of any length. */
const lines = fc.constantFrom(
	"Host: a",
	"Host: a:80",
	"Content-Length: 5",
	"Content-Length: x",
	"Transfer-Encoding: chunked",
	"Connection: close",
	"Expect: 100-continue",
	"X: \xff\xe9",
	"X: \xc3\xa9",
	" folded",
	": nameless",
	"X : y",
	"X: y\0",
	"X: y\rz",
	"X: y\nz",
	"",
);
const long = fc.nat(HEADER_BLOCK + 20).map((length) => `X: ${"x".repeat(length)}`);
const requestLine = fc.oneof(
	fc.constantFrom(
		"GET / HTTP/1.1",
		"POST / HTTP/1.1",
		"GET / HTTP/1.0",
		"PRI * HTTP/2.0",
		"GET /",
		"",
		"\n",
		"\r",
	),
	fc.nat(REQUEST_LINE + 20).map((length) => `GET /${"x".repeat(length)} HTTP/1.1`),
);
const nearHead = fc
	.tuple(
		requestLine,
		fc.array(fc.oneof(lines, lines, lines, long), { maxLength: 6 }),
		fc.string({ maxLength: 8 }),
	)
	.map(([first, rest, after]) => latin1([first, ...rest, "", after].join("\r\n")));
const anyBytes = fc.uint8Array({ maxLength: 700 });

describe("the parser", () => {
	test("never throws, and asks for no more than the bounds allow", () => {
		fc.assert(
			fc.property(fc.oneof(anyBytes, nearHead), (bytes) => {
				const outcome = new HeadParser(BOUNDS).parse(bytes);
				if (outcome.kind === "more")
					assert.ok(bytes.length <= 2 * LEADING_EMPTY_LINES + REQUEST_LINE + 2 + HEADER_BLOCK + 2);
				else if (outcome.kind === "head") assert.ok(outcome.consumed <= bytes.length);
				else assert.ok(outcome.status >= 400 && /^[a-z]+(-[a-z]+)*$/.test(outcome.code));
			}),
			{ numRuns: 500 },
		);
	});

	test("has the same outcome however the bytes are split", () => {
		fc.assert(
			fc.property(fc.oneof(anyBytes, nearHead), fc.array(fc.nat(3000)), (bytes, cuts) => {
				const ends = [...new Set(cuts)].filter((end) => end < bytes.length).sort((a, b) => a - b);
				const whole = new HeadParser(BOUNDS).parse(bytes);
				const parts = parseInParts(bytes, ends);
				if (whole.kind === "more") assert.equal(parts.kind, "more");
				else assert.deepEqual(parts, whole);
			}),
			{ numRuns: 1000 },
		);
	});

	test("has the same outcome byte by byte", () => {
		fc.assert(
			fc.property(nearHead, (bytes) => {
				const whole = new HeadParser(BOUNDS).parse(bytes);
				if (whole.kind !== "more") assert.deepEqual(byteByByte(bytes), whole);
			}),
			{ numRuns: 100 },
		);
	});

	test("remembers nothing that changes an outcome", () => {
		const used = new HeadParser(BOUNDS);
		fc.assert(
			fc.property(nearHead, (bytes) => {
				assert.deepEqual(used.parse(bytes), new HeadParser(BOUNDS).parse(bytes));
				assert.deepEqual(used.parse(bytes), new HeadParser(BOUNDS).parse(bytes));
			}),
			{ numRuns: 500 },
		);
	});
});
