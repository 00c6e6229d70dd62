import assert from "node:assert/strict";
import { assertError, type Group, type Rule } from "../rule";
import type { Trial } from "../trial";
import type { WireResponse } from "../wire";

const GET = "GET / HTTP/1.1\r\nHost: device\r\n\r\n";
/** Well-formed, and refused as there is no udid in it. */
const POST = "POST / HTTP/1.1\r\nHost: device\r\nContent-Length: 2\r\n\r\n{}";
/** Seconds between two answers on one connection, at the most. */
const DATE_SLACK = 20;
const CHUNKED = "POST / HTTP/1.1\r\nHost: device\r\nTransfer-Encoding: chunked\r\n\r\n";

/** How requests are framed and answered (RFC 9110, RFC 9112). */
export const http: Group = {
	name: "http",
	rules: [
		{
			name: "HEAD is answered like GET, without the body",
			async run(t) {
				const wire = await t.open();
				const get = await wire.send(GET).response("GET");
				const head = await wire.send(GET.replace("GET", "HEAD")).response("HEAD");
				const fields = ({ headers }: WireResponse) => [...headers].filter(([name]) => name !== "date");
				assert.deepEqual([head.status, ...fields(head)], [get.status, ...fields(get)]);
				assertDateFollows(get, head);
				assert.equal((await wire.send(GET).response("GET")).status, 200);
			},
		},
		{
			name: "a connection is kept for the next request, also after an error of the command",
			async run(t) {
				const wire = await t.open();
				assert.equal((await wire.send(GET).response("GET")).status, 200);
				assertError(await wire.send(POST).response(), 404, "wrong-udid");
				assert.equal((await wire.send(GET).response("GET")).status, 200);
			},
		},
		{
			name: "Connection: close is answered, then the connection is closed",
			async run(t) {
				const wire = await t.open();
				wire.send("GET / HTTP/1.1\r\nHost: device\r\nConnection: Close\r\n\r\n");
				const { status, headers } = await wire.response("GET");
				assert.equal(status, 200);
				assert.match(headers.get("connection") ?? "", /^close$/i);
				await wire.closed();
			},
		},
		{
			name: "HTTP/1.0 is answered, then the connection is closed",
			async run(t) {
				const wire = await t.open();
				assert.equal((await wire.send("GET / HTTP/1.0\r\n\r\n").response("GET")).status, 200);
				await wire.closed();
			},
		},
		{
			name: "HTTP/1.0 with Connection: keep-alive is answered",
			async run(t) {
				const wire = await t.open();
				wire.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
				assert.equal((await wire.response("GET")).status, 200);
			},
		},
		{
			name: "pipelined requests are answered in order",
			async run(t) {
				const wire = await t.open();
				wire.send(
					`${GET}${POST}${GET.replace(" / ", " /a ")}${GET.replace("GET", "HEAD")}${CHUNKED}1\r\n{\r\n0\r\n\r\n${GET}`,
				);
				const statuses = [];
				for (const method of ["GET", "POST", "GET", "HEAD", "POST", "GET"])
					statuses.push((await wire.response(method)).status);
				assert.deepEqual(statuses, [200, 404, 404, 200, 400, 200]);
			},
		},
		{
			name: "40 pipelined requests in one write are all answered",
			async run(t) {
				const wire = await t.open();
				wire.send(GET.repeat(40));
				for (let i = 0; i < 40; i++) assert.equal((await wire.response("GET")).status, 200);
			},
		},
		{
			name: "a client that closes its sending side still gets its answer",
			async run(t) {
				const wire = await t.open();
				assert.equal((await wire.send(GET).end().response("GET")).status, 200);
				await wire.closed();
			},
		},
		{
			name: "an empty line before a request is skipped",
			async run(t) {
				const wire = await t.open();
				wire.send(`\r\n${GET}\r\n${GET}`);
				for (let i = 0; i < 2; i++) assert.equal((await wire.response("GET")).status, 200);
			},
		},
		{
			name: "a query and an absolute target change nothing",
			async run(t) {
				for (const path of ["/?a=b", "http://device/", "http://device:80/?a", "http://device"])
					assert.equal(
						(await t.exchange(GET.replace(" / ", ` ${path} `), { method: "GET" })).status,
						200,
						path,
					);
			},
		},
		{
			name: "names of header fields count in any case, space around values does not",
			async run(t) {
				const request = `POST / HTTP/1.1\r\nhOsT:device\r\nCONTENT-LENGTH: \t2 \t\r\n\r\n{}${GET}`;
				const wire = await t.open();
				assertError(await wire.send(request).response(), 404, "wrong-udid");
				assert.equal((await wire.response("GET")).status, 200);
			},
		},
		{
			name: "a chunked body is put together, with extensions and trailers left aside",
			async run(t) {
				const wire = await t.open();
				for (const chunks of [
					'2\r\n{"\r\n00E\r\nudid":"0000"} \r\n0\r\n\r\n',
					'1;a=b\r\n{\r\n1;c="d"\r\n}\r\n0\r\n\r\n',
					"2\r\n{}\r\n0\r\nTrailer: x\r\n\r\n",
					"2\r\n{}\r\n000\r\n\r\n",
				])
					assertError(await wire.send(CHUNKED + chunks).response(), 404, "wrong-udid");
			},
		},
		{
			name: "Expect: 100-continue is met before the body is sent",
			async run(t) {
				const wire = await t.open();
				wire.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n");
				assert.equal((await wire.response()).status, 100);
				assertError(await wire.send("{}").response(), 404, "wrong-udid");
			},
		},
		{
			name: "Expect: 100-continue with a body too long is refused without it",
			async run(t) {
				const expect = "Expect: 100-continue\r\nContent-Length: 1025\r\n\r\n";
				assertError(await t.exchange(`POST / HTTP/1.1\r\nHost: a\r\n${expect}`), 413);
			},
		},
		{
			name: "another Expect is refused",
			async run(t) {
				assertError(await t.exchange(POST.replace("\r\n\r\n", "\r\nExpect: more\r\n\r\n")), 417);
			},
		},
		{
			name: "the answer does not depend on how a request is split: single bytes",
			async run(t) {
				for (const [request, status] of [
					[GET, 200],
					[POST, 404],
					[`${CHUNKED}1\r\n{\r\n1\r\n}\r\n0\r\n\r\n`, 404],
				] as const) {
					const wire = await t.open();
					await wire.sendByByte(request);
					assert.equal((await wire.response("GET")).status, status);
				}
			},
		},
		{
			name: "the answer does not depend on how a request is split: in two, anywhere",
			async run(t) {
				const request = `${POST}${GET}`;
				const wire = await t.open();
				for (let at = 1; at < request.length; at += 3) {
					wire.send(request.slice(0, at));
					await new Promise((resolve) => setTimeout(resolve, 1));
					wire.send(request.slice(at));
					assertError(await wire.response(), 404, "wrong-udid");
					assert.equal((await wire.response("GET")).status, 200);
				}
			},
		},
		{
			name: "clients that vanish while they are answered do no harm",
			async run(t) {
				for (let i = 0; i < 10; i++) {
					const wire = await t.open();
					wire.send(GET.repeat(20));
					if (i % 2) await wire.response("GET");
					wire.vanish();
				}
				assert.equal((await t.send({ method: "GET" })).status, 200);
			},
		},
		{
			name: "another path is not found",
			async run(t) {
				for (const path of ["/a", "//", "/index.html", "/%2e", "/.", "/?/../a/".replace("?", "a")])
					for (const method of ["GET", "HEAD", "POST"])
						if (method !== "HEAD")
							assertError(
								await t.send({ method, path, body: method === "POST" ? "{}" : undefined }),
								404,
								"not-found",
							);
						else assert.equal((await t.exchange(t.text({ method, path }), { method })).status, 404);
			},
		},
		{
			name: "another method is not allowed, and those allowed are named",
			async run(t) {
				for (const method of ["PUT", "DELETE", "PATCH", "TRACE", "BREW", "get"]) {
					const answer = await t.send({ method });
					assertError(answer, 405, "method-not-allowed");
					assert.deepEqual((answer.headers.get("allow") ?? "").split(/ *, */).sort(), [
						"GET",
						"HEAD",
						"OPTIONS",
						"POST",
					]);
				}
			},
		},
		{
			name: "OPTIONS tells what is allowed, and a browser at home what a page may send",
			async run(t) {
				const { status, headers } = await t.send({ method: "OPTIONS" });
				assert.equal(status, 200);
				assert.match(headers.get("allow") ?? "", /POST/);
				assert.equal(headers.get("access-control-allow-origin"), undefined);
				const Origin = "http://localhost:8123";
				const preflight = await t.send({ method: "OPTIONS", headers: { Origin } });
				assert.equal(preflight.headers.get("access-control-allow-origin"), Origin);
				assert.equal(preflight.headers.get("access-control-allow-methods"), "GET, POST");
				const fields = (preflight.headers.get("access-control-allow-headers") ?? "").split(/ *, */);
				assert.deepEqual(fields.sort(), ["authorization", "content-type"]);
			},
		},
		{
			name: "a page of the home may read answers, errors as well, and a page from elsewhere none",
			async run(t) {
				for (const method of ["GET", "POST"]) {
					const allowed = async (Origin: string) =>
						(
							await t.send({ method, headers: { Origin }, body: method === "POST" ? "{}" : undefined })
						).headers.get("access-control-allow-origin");
					for (const origin of ["http://127.0.0.1:3000", "http://192.168.0.2", "https://hub.local:8123"])
						assert.equal(await allowed(origin), origin);
					for (const origin of [
						"https://example.com",
						"http://192.0.2.1",
						"null",
						"http://localhost.example.com",
					])
						assert.equal(await allowed(origin), undefined);
				}
			},
		},
		{
			name: "the body of a request whose method or path is refused is no next request",
			async run(t) {
				const wire = await t.open();
				wire.send(`PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: ${GET.length}\r\n\r\n${GET}`);
				assertError(await wire.response(), 405);
				if (!wire.isOver) {
					await wire.send(GET.replace(" / ", " /a ")).response("GET");
					assert.equal(wire.rest, "");
				}
			},
		},
		{
			name: "a Content-Type is not looked at: what most languages send by themselves is a form's",
			async run(t) {
				for (const type of [
					"application/json",
					"Application/JSON ; Charset=UTF-8",
					"application/x-www-form-urlencoded",
					"text/plain;charset=UTF-8",
					"application/octet-stream",
					"application/json; charset=latin1",
					"multipart/form-data; boundary=x",
					"json",
					"",
				])
					assertError(await t.post({}, { headers: { "Content-Type": type } }), 404, "wrong-udid");
			},
		},
		{
			name: "a POST from a page that is not of the home is refused before anything else of it is looked at",
			async run(t) {
				for (const Origin of [
					"https://example.com",
					"http://192.0.2.1",
					"http://[2001:db8::1]",
					"null",
					"",
					"*",
					"file://",
					"http://localhost.example.com",
					"http://user@localhost",
					"http://localhost/",
					"http://localhost http://localhost",
					"http://2130706433",
					"http://localhost:99999",
					"ftp://localhost",
				])
					for (const body of ["{}", "no JSON", JSON.stringify({ udid: t.udid, secret: "0".repeat(32) })])
						assertError(await t.post(body, { headers: { Origin } }), 403, "foreign-origin");
				for (const Origin of [
					"http://localhost",
					"http://homeassistant:8123",
					"http://127.0.0.1:3000",
					"https://[fe80::1]",
					"http://169.254.1.1",
					...[".local", ".lan", ".home", ".home.arpa", ".internal", ".localdomain", ".fritz.box"].map(
						(suffix) => `https://hub${suffix}:8443`,
					),
				])
					assertError(await t.post({}, { headers: { Origin } }), 404, "wrong-udid");
			},
		},
		...refusals(),
	],
};

/** Both tell the time or neither does; the clock may go on between the two. */
function assertDateFollows(first: WireResponse, second: WireResponse): void {
	const [one, other] = [first, second].map(({ headers }) => headers.get("date"));
	assert.equal(typeof other, typeof one, "Date");
	if (one === undefined || other === undefined) return;
	const seconds = (Date.parse(other) - Date.parse(one)) / 1000;
	assert.ok(seconds >= 0 && seconds <= DATE_SLACK, `${other} comes after ${one}`);
}

/** What each of these is must be refused, and the connection closed: nobody knows where the next request begins. */
function refusals(): Rule[] {
	const length = (value: string) => `POST / HTTP/1.1\r\nHost: a\r\nContent-Length:${value}\r\n\r\n{}`;
	const field = (line: string) => `GET / HTTP/1.1\r\nHost: a\r\n${line}\r\n\r\n`;
	const coding = (value: string, body = "2\r\n{}\r\n0\r\n\r\n") =>
		`POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: ${value}\r\n\r\n${body}`;
	const cases: [name: string, statuses: number[], requests: string[]][] = [
		[
			"a Content-Length that is not a plain number is refused",
			[400],
			["-1", " -1", " +2", " abc", " 2a", " 0x2", " 1e2", " 2.0", "", " ", " 2 2", " 2,2", " 2, 3", " ٢"].map(
				length,
			),
		],
		[
			"a repeated Content-Length is refused",
			[400],
			[length(" 2\r\nContent-Length: 2"), length(" 2\r\nContent-Length: 3")],
		],
		[
			"a Content-Length beyond all numbers is refused",
			[400, 413],
			[" 9999999999", " 18446744073709551618", ` 1${"0".repeat(400)}`].map(length),
		],
		[
			"Content-Length beside Transfer-Encoding is refused",
			[400],
			[
				length(" 2\r\nTransfer-Encoding: chunked"),
				coding("chunked\r\nContent-Length: 2"),
				length(" 2\r\nTransfer-Encoding: identity"),
			],
		],
		[
			"POST without a length is refused",
			[411],
			["POST / HTTP/1.1\r\nHost: a\r\n\r\n", "POST / HTTP/1.0\r\n\r\n"],
		],
		[
			"an unknown transfer coding is refused",
			[400, 501],
			[
				coding("gzip"),
				coding("gzip, chunked"),
				coding("chunked, gzip"),
				coding("chunked, chunked"),
				coding("xchunked"),
				coding(""),
			],
		],
		["Transfer-Encoding in HTTP/1.0 is refused", [400, 501], [coding("chunked").replace("1.1", "1.0")]],
		[
			"malformed chunks are refused",
			[400, 413, 431],
			[
				"-1\r\n",
				"+2\r\n{}\r\n",
				"g\r\n",
				"\r\n",
				" 2\r\n{}\r\n",
				"0x2\r\n{}\r\n",
				"ffffffffffffffffff\r\n",
				"100000002\r\n{}\r\n",
				"2\n{}\r\n",
				"2\r\n{}0\r\n\r\n",
				"2\r\n{}\r0\r\n\r\n",
				"2\r\n{}\n0\r\n\r\n",
				"2;\r\n{}\r\n0\r\n\r\n",
				"2;=a\r\n{}\r\n0\r\n\r\n",
				'2;a="b\r\n{}\r\n0\r\n\r\n',
				"2\r\n{}\r\n0\r\nA\r\n\r\n",
				"2\r\n{}\r\n0\r\n: b\r\n\r\n",
				"2\r\n{}\r\n0\r\nA : b\r\n\r\n",
				`2;${"a".repeat(3000)}\r\n{}\r\n0\r\n\r\n`,
				`2\r\n{}\r\n0\r\n${"A: b\r\n".repeat(1000)}\r\n`,
			].map((body) => coding("chunked", body)),
		],
		[
			"a CR or LF that stands alone is refused",
			[400],
			[
				"GET / HTTP/1.1\nHost: a\n\n",
				"GET / HTTP/1.1\r\nHost: a\n\r\n",
				"GET / HTTP/1.1\rHost: a\r\n\r\n",
				field("A: b\rC: d"),
				field("A: b\nC: d"),
			],
		],
		[
			"a malformed header field is refused",
			[400],
			[
				field("Content-Length : 2"),
				field("A\t: b"),
				field(": b"),
				field("A"),
				field(" A: b"),
				field("A: b\r\n folded"),
				field("A: b\0c"),
				field("A: \x7f"),
				field("A\0: b"),
				field("Ä: b"),
				field("A(b): c"),
				"GET / HTTP/1.1\r\n Host: a\r\n\r\n",
			],
		],
		[
			"a missing, repeated or malformed Host is refused",
			[400],
			[
				"GET / HTTP/1.1\r\n\r\n",
				field("Host: a"),
				field("Host: b"),
				"GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
				"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
			],
		],
		[
			"a malformed request line is refused",
			[400],
			[
				"GET /\r\n\r\n",
				"GET\r\n\r\n",
				"GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
				"GET / HTTP/1.1 \r\nHost: a\r\n\r\n",
				" GET / HTTP/1.1\r\nHost: a\r\n\r\n",
				"GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n",
				"GET / http/1.1\r\nHost: a\r\n\r\n",
				"GET / HTTP/1.1a\r\nHost: a\r\n\r\n",
				"GET / HTTP1.1\r\nHost: a\r\n\r\n",
				"G(T / HTTP/1.1\r\nHost: a\r\n\r\n",
				"GET a HTTP/1.1\r\nHost: a\r\n\r\n",
				"GET /\xe4 HTTP/1.1\r\nHost: a\r\n\r\n",
				"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".repeat(10),
			],
		],
		[
			"another HTTP version is refused",
			[505],
			["2.0", "1.2", "0.9", "3.0"].map((version) => `GET / HTTP/${version}\r\nHost: a\r\n\r\n`),
		],
		[
			"a request line of 513 bytes is refused",
			[414],
			[`${lineOf(513)}\r\nHost: a\r\n\r\n`, `G${"E".repeat(5000)}`],
		],
		[
			"header fields of 8200 bytes, or 400 of them, are refused",
			[431],
			[field(`A: ${"b".repeat(8192)}`), field("A: b\r\n".repeat(400))],
		],
		[
			"a Content-Type of 8 kB is refused",
			[431],
			[
				`POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json; a=${"b".repeat(8192)}\r\nContent-Length: 2\r\n\r\n{}`,
			],
		],
		[
			"a body of 1025 bytes is refused",
			[413],
			[
				length(` 1025\r\n\r\n${" ".repeat(1023)}`),
				length(" 1025"),
				coding("chunked", `401\r\n${" ".repeat(1025)}\r\n0\r\n\r\n`),
				coding("chunked", `400\r\n${" ".repeat(1024)}\r\n1\r\n \r\n0\r\n\r\n`),
				coding("chunked", "1\r\n \r\n".repeat(1025)),
			],
		],
	];
	const rules = cases.map(
		([name, statuses, requests]): Rule => ({
			name,
			async run(t) {
				for (const request of requests) await refused(t, request, statuses);
			},
		}),
	);
	return [
		...rules,
		{
			name: "a request line of 512 bytes is taken",
			async run(t) {
				assert.equal((await t.exchange(`${lineOf(512)}\r\nHost: a\r\n\r\n`, { method: "GET" })).status, 200);
			},
		},
		{
			name: "header fields of 2049 bytes are refused by a board, of 8193 by a desk",
			async run(t) {
				const most = t.subject.capacity < 16 ? 2048 : 8192;
				await refused(t, `GET / HTTP/1.1\r\n${fieldsOf(most + 1)}\r\n`, [431]);
			},
		},
		{
			name: "header fields of 2048 bytes are taken",
			async run(t) {
				const request = `GET / HTTP/1.1\r\n${fieldsOf(2048)}\r\n`;
				assert.equal((await t.exchange(request, { method: "GET" })).status, 200);
			},
		},
		{
			name: "a body of 1024 bytes is taken, chunked as well",
			async run(t) {
				const body = "{}".padEnd(1024);
				assertError(await t.post(body), 404, "wrong-udid");
				assertError(await t.exchange(`${CHUNKED}400\r\n${body}\r\n0\r\n\r\n`), 404, "wrong-udid");
			},
		},
		{
			name: "a header line of 1 MB is refused, and the device goes on",
			async run(t) {
				const wire = await t.open();
				wire.send(`GET / HTTP/1.1\r\nA: ${"b".repeat(1 << 20)}`);
				// The answer may be lost when the rest of the megabyte meets a closed connection.
				await wire.response("GET").then(
					({ status }) => assert.equal(status, 431),
					() => assert.ok(wire.isOver),
				);
				assert.equal((await t.send({ method: "GET" })).status, 200);
			},
		},
	];
}

async function refused(t: Trial, request: string, statuses: number[]): Promise<void> {
	const wire = await t.open();
	const shown = JSON.stringify(request.length > 150 ? `${request.slice(0, 150)}…` : request);
	try {
		// "Latin-1", so that \xe4 is one byte and no UTF-8.
		const bytes = /[^\0-\xff]/.test(request) ? Buffer.from(request) : Buffer.from(request, "latin1");
		assertError(await wire.send(bytes).response("GET"), statuses);
		await wire.closed();
	} catch (error) {
		throw new Error(`${(error as Error).message}, for ${shown}`);
	} finally {
		wire.close();
	}
}

/** A request line of `size` bytes. */
function lineOf(size: number): string {
	return `GET /?${"a".repeat(size - 15)} HTTP/1.1`;
}

/** Header fields of `size` bytes, with their line ends. */
function fieldsOf(size: number): string {
	const fields = `Host: a\r\n${"B: c\r\n".repeat(10)}`;
	return `${fields}D: ${"e".repeat(size - fields.length - 5)}\r\n`;
}
