import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { ListenOptions } from "../../../hosts/host";
import type { Handler, Request, Response } from "../../../modules/http/message";
import { HttpServer } from "../../../modules/http/server";
import {
	BODY,
	BODY_TIME,
	HEAD_TIME,
	HEADER_BLOCK,
	KEEP_ALIVE_TIME,
	READ_CHUNK,
	REQUEST_LINE,
	SWEEP_INTERVAL,
	WRITE_TIME,
} from "../../../modules/limits";
import { FakeNetwork, FakeTime } from "../../fakes/host";
import { FakePeer } from "../../fakes/socket";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const POST = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";
const CHUNKED = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
const latin1 = (text: string) => new Uint8Array(Buffer.from(text, "latin1"));

/** Tells what it was asked. */
const echo: Handler = ({ head: { method, path }, body }, respond) =>
	respond({
		status: 200,
		body: JSON.stringify(`${method} ${path} ${Buffer.from(body!).toString("latin1")}`),
	});

function serve(handle: Handler = echo, identity?: Uint8Array) {
	const time = new FakeTime();
	const network = new FakeNetwork(time);
	const errors: string[] = [];
	const ports: number[] = [];
	const server = new HttpServer({
		network,
		...(identity && { identity }),
		handle,
		onListening: (port) => void ports.push(port),
		onError: (message) => void errors.push(message),
	});
	time.advance(0);
	return {
		time,
		network,
		server,
		errors,
		ports,
		connect: (from?: string) => network.visit(identity ? "https" : "http", from),
	};
}

/** Serves on a network whose events the test makes itself. */
function serveBare() {
	const time = new FakeTime();
	const network = new FakeNetwork(time);
	let listening: ListenOptions | undefined;
	network.listen = (options) => {
		listening = options;
		return { close() {} };
	};
	const told: unknown[] = [];
	const tell = (it: unknown) => void told.push(it);
	const server = new HttpServer({ network, handle: echo, onListening: tell, onError: tell });
	return { server, time, told, listening: listening! };
}

/** Serves, but keeps the requests for the test to answer. */
function serveLater() {
	const requests: { request: Request; respond: (response: Response) => void }[] = [];
	const it = serve((request, respond) => void requests.push({ request, respond }));
	return { ...it, requests };
}

/** The responses on a connection, in order: `status body`, with the head aside. HEAD is not looked for. */
function responses(peer: FakePeer): string[] {
	const found = [];
	for (let rest = peer.text; rest !== ""; ) {
		const end = rest.indexOf("\r\n\r\n") + 4;
		assert.ok(end > 4, `no head in ${JSON.stringify(rest)}`);
		const head = rest.slice(0, end);
		const status = /^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1];
		assert.ok(status, head);
		const length = Number(/\r\nContent-Length: (\d+)\r\n/.exec(head)?.[1] ?? 0);
		const body = rest.slice(end, end + length);
		assert.equal(body.length, length);
		found.push(
			status === "200" || status === "100" ? `${status} ${body}` : `${status} ${JSON.parse(body).code}`,
		);
		rest = rest.slice(end + length);
	}
	return found;
}

const answer = (text: string, body = "") => `200 ${JSON.stringify(`${text} ${body}`)}`;

/** The whole answer to a request on a connection of its own. */
function ask(text: string, handle?: Handler): { text: string; closed: boolean } {
	const peer = serve(handle).connect().send(latin1(text));
	return { text: peer.text, closed: peer.closed };
}

describe("a request", () => {
	test("is handed over with all that the handler has to know", () => {
		const { connect, requests } = serveLater();
		connect().send(
			"POST http://Device.local:80/a?b HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" +
				"Authorization: Ambient16 a\r\nOrigin: http://Page.local\r\nContent-Length: 2\r\n\r\n{}",
		);
		const { head, ...rest } = requests[0]!.request;
		const { method, path, host, authorization, origin } = head;
		const request = { method, path, host, authorization, origin, ...rest };
		assert.deepEqual(request, {
			method: "POST",
			path: "/a",
			host: "device.local",
			authorization: "Ambient16 a",
			origin: "http://Page.local",
			body: latin1("{}"),
			secure: false,
			remoteAddress: "192.0.2.1",
		});
	});

	test("over TLS is secure", () => {
		let secure: boolean | undefined;
		const { connect } = serve((request, respond) => {
			secure = request.secure;
			respond({ status: 200, body: "{}" });
		}, new Uint8Array(1));
		connect().send(GET);
		assert.equal(secure, true);
	});

	test("may have a body in the same segment, in another one, or in many", () => {
		for (const parts of [[POST], [POST.slice(0, -5), "hello"], [...POST]]) {
			const peer = serve().connect();
			for (const part of parts) peer.send(part);
			assert.deepEqual(responses(peer), [answer("POST /", "hello")]);
		}
	});

	test("may have an empty body", () => {
		const { text } = ask(POST.replace("5\r\n\r\nhello", "0\r\n\r\n"));
		assert.match(text, /"POST \/ "$/);
	});

	test("by GET may have a body", () => {
		const peer = serve().connect();
		peer.send(`${POST.replace("POST", "GET")}${GET}`);
		assert.deepEqual(responses(peer), [answer("GET /", "hello"), answer("GET /")]);
	});

	test("may be chunked", () => {
		const peer = serve().connect();
		peer.send(`${CHUNKED}2\r\nhe\r\n3;a\r\nllo\r\n0\r\nA: b\r\n\r\n${GET}`);
		assert.deepEqual(responses(peer), [answer("POST /", "hello"), answer("GET /")]);
	});

	test("may have a body of 1 KiB", () => {
		const body = "x".repeat(BODY);
		const peer = serve().connect();
		peer.send(`${POST.split("5\r\n")[0]}${BODY}\r\n\r\n${body}`);
		assert.deepEqual(responses(peer), [answer("POST /", body)]);
	});

	test("is heard in HTTP/1.0, and the connection closed", () => {
		const { text, closed } = ask("GET / HTTP/1.0\r\n\r\n");
		assert.match(text, /^HTTP\/1\.1 200 OK\r\n/);
		assert.match(text, /\r\nConnection: close\r\n/);
		assert.equal(closed, true);
	});

	test("in HTTP/1.0 may keep the connection, and is told so", () => {
		const { text, closed } = ask("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
		assert.match(text, /\r\nConnection: keep-alive\r\n/);
		assert.equal(closed, false);
	});

	test("may close the connection", () => {
		const { text, closed } = ask("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
		assert.match(text, /\r\nConnection: close\r\n/);
		assert.equal(closed, true);
	});

	test("of any method goes to the handler, which knows which are allowed", () => {
		for (const method of ["PUT", "DELETE", "OPTIONS", "BREW"])
			assert.match(ask(`${method} /a HTTP/1.1\r\nHost: a\r\n\r\n`).text, new RegExp(`"${method} /a "$`));
	});

	test("with a stray CR LF after it keeps the connection (Moddable's HTTPServer aborts)", () => {
		const peer = serve().connect();
		peer.send(`${GET}\r\n`);
		assert.equal(peer.closed, false);
		peer.send(`${GET}\r\n${GET}`);
		assert.deepEqual(responses(peer), [answer("GET /"), answer("GET /"), answer("GET /")]);
	});
});

describe("pipelined requests", () => {
	test("in one packet are answered both (Moddable's HTTPServer aborts)", () => {
		const peer = serve().connect();
		peer.send(`${GET.replace("/", "/a")}${GET.replace("/", "/b")}`);
		assert.deepEqual(responses(peer), [answer("GET /a"), answer("GET /b")]);
	});

	test("are answered in order, one at a time, also when the handler takes its time", () => {
		const { connect, requests } = serveLater();
		const peer = connect();
		peer.send(`${GET.replace("/", "/a")}${POST.replace("/", "/b")}${GET.replace("/", "/c")}`);
		const paths = [];
		for (let i = 0; i < 3; i++) {
			assert.equal(requests.length, i + 1);
			const { request, respond } = requests[i]!;
			paths.push(request.head.path);
			respond({ status: 200, body: `"${i}"` });
		}
		assert.deepEqual(paths, ["/a", "/b", "/c"]);
		assert.deepEqual(responses(peer), ['200 "0"', '200 "1"', '200 "2"']);
	});

	test("come to no recursion, however many there are", () => {
		const peer = serve().connect();
		const count = 10_000;
		peer.drain(Number.MAX_SAFE_INTEGER);
		peer.send(GET.repeat(count));
		assert.equal(peer.text.match(/HTTP\/1\.1 200 OK/g)?.length, count);
	});

	test("are not read while one is handled", () => {
		const { connect, requests } = serveLater();
		const peer = connect();
		peer.send(GET.repeat(1000));
		assert.equal(requests.length, 1);
		assert.ok(peer.waiting >= GET.length * 1000 - READ_CHUNK);
		peer.send(GET.repeat(1000));
		assert.ok(peer.waiting >= GET.length * 2000 - READ_CHUNK);
	});

	test("are not read while an answer is not wholly written", () => {
		const { connect } = serve();
		const peer = connect();
		peer.drain(50);
		peer.send(GET.repeat(1000));
		assert.equal(peer.text.length, 50);
		assert.ok(peer.waiting >= GET.length * 1000 - READ_CHUNK);
		for (let i = 0; i < 20 && peer.waiting > 0; i++) peer.drain();
		assert.equal(responses(peer).length, 1000);
	});

	test("after one that closes are ignored", () => {
		const peer = serve().connect();
		peer.send(`GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n${GET}`);
		assert.deepEqual(responses(peer), [answer("GET /")]);
		assert.equal(peer.closed, true);
	});
});

describe("a response", () => {
	test("has these fields and no others", () => {
		const { time, connect } = serve((_, respond) => respond({ status: 200, body: "{}" }));
		time.synced = false;
		assert.equal(
			connect().send(GET).text,
			"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n" +
				"X-Content-Type-Options: nosniff\r\nConnection: keep-alive\r\nKeep-Alive: timeout=30\r\n" +
				"Content-Length: 2\r\n\r\n{}",
		);
	});

	test("tells the time if it is known", () => {
		const { time, connect } = serve();
		time.jump(Date.UTC(1994, 10, 6, 8, 49, 37, 999));
		assert.match(connect().send(GET).text, /\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n/);
	});

	test("tells the time of each second on a connection that stays", () => {
		const body = "{}";
		const { time, connect } = serve((_, respond) => respond({ status: 200, body }));
		time.synced = false;
		const peer = connect().send(GET);
		assert.doesNotMatch(peer.text, /Date/);
		time.synced = true;
		time.jump(Date.UTC(2026, 0, 1));
		time.advance(SWEEP_INTERVAL);
		peer.send(GET).send(GET);
		time.advance(SWEEP_INTERVAL);
		peer.send(GET);
		assert.deepEqual(
			[...peer.text.matchAll(/Date: [^\r]*/g)].map(([line]) => line.slice(-6)),
			["01 GMT", "01 GMT", "02 GMT"],
		);
	});

	test("counts bytes, not characters", () => {
		const { text } = ask(GET, (_, respond) => respond({ status: 200, body: '"°€💡"' }));
		assert.match(text, /\r\nContent-Length: 11\r\n\r\n/);
		assert.equal(Buffer.from(text, "latin1").toString().slice(-6), '"°€💡"');
	});

	test("may have further header lines", () => {
		const { text } = ask(GET, (_, respond) =>
			respond({ status: 405, body: "{}", headers: "Allow: GET, HEAD, POST\r\n" }),
		);
		assert.match(text, /^HTTP\/1\.1 405 Method Not Allowed\r\n/);
		assert.match(text, /\r\nAllow: GET, HEAD, POST\r\n/);
	});

	test("may close the connection", () => {
		const { text, closed } = ask(GET + GET, (_, respond) =>
			respond({ status: 200, body: "{}", close: true }),
		);
		assert.equal(text.match(/HTTP/g)?.length, 1);
		assert.match(text, /\r\nConnection: close\r\n/);
		assert.equal(closed, true);
	});

	test("to HEAD is that to GET without the body", () => {
		const head = ask(GET.replace("GET", "HEAD"), (_, respond) => respond({ status: 200, body: "{}" })).text;
		const get = ask(GET, (_, respond) => respond({ status: 200, body: "{}" })).text;
		assert.equal(`${head}{}`, get);
	});

	test("of an unknown status is sent as well", () => {
		assert.match(ask(GET, (_, respond) => respond({ status: 299, body: "{}" })).text, /^HTTP\/1\.1 299 \r\n/);
	});

	test("goes out in one write", () => {
		const { connect } = serve();
		const peer = connect();
		const writes: number[] = [];
		const { write } = peer.deviceEnd;
		peer.deviceEnd.write = (bytes) => {
			writes.push(bytes.length);
			return write(bytes);
		};
		peer.send(GET);
		assert.equal(writes.length, 1);
	});

	test("goes out in parts to a client that takes no more, and is whole in the end", () => {
		const { connect } = serve();
		const whole = connect().send(POST).text;
		const peer = connect();
		peer.drain(0);
		peer.send(POST);
		assert.equal(peer.text, "");
		for (let i = 0; i < whole.length; i++) peer.drain(1);
		assert.equal(peer.text, whole);
	});

	test("before the socket is writable waits for it", () => {
		const { network } = serve();
		const peer = network.visit();
		peer.drain(0);
		peer.send(GET);
		peer.drain();
		assert.deepEqual(responses(peer), [answer("GET /")]);
	});

	test("tells when it was written, once", () => {
		let sent = 0;
		const { connect } = serve((_, respond) => respond({ status: 200, body: "{}", sent: () => sent++ }));
		const peer = connect();
		peer.drain(10);
		peer.send(GET);
		assert.equal(sent, 0);
		peer.drain();
		assert.equal(sent, 1);
		peer.disconnect();
		assert.equal(sent, 1);
	});

	test("tells when the connection is lost while it is written, once", () => {
		let sent = 0;
		const { connect } = serve((_, respond) => respond({ status: 200, body: "{}", sent: () => sent++ }));
		const peer = connect();
		peer.drain(10);
		peer.send(GET);
		peer.disconnect();
		assert.equal(sent, 1);
	});

	test("after the connection was lost is told at once", () => {
		const { connect, requests } = serveLater();
		const peer = connect().send(GET);
		peer.disconnect();
		let sent = 0;
		requests[0]!.respond({ status: 200, body: "{}", sent: () => sent++ });
		assert.equal(sent, 1);
		assert.equal(peer.text, "");
	});

	test("given twice is sent once", () => {
		const peer = serve((_, respond) => {
			respond({ status: 200, body: '"1"' });
			respond({ status: 200, body: '"2"' });
		})
			.connect()
			.send(GET);
		assert.deepEqual(responses(peer), ['200 "1"']);
	});

	test("does not fall to another request when it is given twice, late", () => {
		const { connect, requests } = serveLater();
		const peer = connect().send(GET);
		requests[0]!.respond({ status: 200, body: '"1"' });
		requests[0]!.respond({ status: 200, body: '"2"' });
		peer.send(GET);
		requests[1]!.respond({ status: 200, body: '"3"' });
		assert.deepEqual(responses(peer), ['200 "1"', '200 "3"']);
	});
});

describe("Expect: 100-continue", () => {
	const head = POST.replace("\r\n\r\nhello", "\r\nExpect: 100-continue\r\n\r\n");

	test("is answered before the body has begun", () => {
		const peer = serve().connect().send(head);
		assert.equal(peer.text, "HTTP/1.1 100 Continue\r\n\r\n");
		peer.send("hello");
		assert.deepEqual(responses(peer), ["100 ", answer("POST /", "hello")]);
	});

	test("is not answered once the body has begun", () => {
		const peer = serve().connect().send(`${head}h`).send("ello");
		assert.deepEqual(responses(peer), [answer("POST /", "hello")]);
	});

	test("is not answered when there is no body", () => {
		const peer = serve().connect().send(head.replace("5", "0"));
		assert.deepEqual(responses(peer), [answer("POST /")]);
	});

	test("is not answered when the body is refused", () => {
		const peer = serve().connect().send(head.replace("5", "5000"));
		assert.deepEqual(responses(peer), ["413 body-too-large"]);
	});

	test("is answered for a chunked body, also to a client that takes it slowly", () => {
		const peer = serve().connect();
		peer.drain(3);
		peer.send(CHUNKED.replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n"));
		peer.send("1\r\nx\r\n0\r\n\r\n");
		peer.drain();
		assert.deepEqual(responses(peer), ["100 ", answer("POST /", "x")]);
	});
});

describe("a request that is refused", () => {
	for (const [name, text, expected] of [
		["a malformed request line", "GET\r\n\r\n", "400 malformed-request-line"],
		["HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505 unknown-version"],
		["a TLS handshake", "\x16\x03\x01\x00\xf8\x01\x00", "400 malformed-request-line"],
		[
			"Content-Length -1 (Moddable's HTTPServer aborts)",
			POST.replace("5", "-1"),
			"400 malformed-content-length",
		],
		[
			"Content-Length abc (Moddable's HTTPServer aborts)",
			POST.replace("5", "abc"),
			"400 malformed-content-length",
		],
		[
			"Content-Length and Transfer-Encoding (Moddable's HTTPServer, Espruino: 200)",
			POST.replace("5", "5\r\nTransfer-Encoding: chunked"),
			"400 ambiguous-length",
		],
		[
			"a header line of 1 MB (Moddable's HTTPServer: 754 MB)",
			`GET / HTTP/1.1\r\nA: ${"a".repeat(1e6)}`,
			"431 header-too-large",
		],
		["a request line of 100 kB", "A".repeat(1e5), "414 request-line-too-long"],
		["a body of 1025 bytes", POST.replace("5", `${BODY + 1}`), "413 body-too-large"],
		["a chunk of 1025 bytes", `${CHUNKED}401\r\n`, "413 body-too-large"],
		["a malformed chunk", `${CHUNKED}x\r\n`, "400 malformed-chunk"],
		["POST without length", POST.replace("Content-Length: 5\r\n", ""), "411 length-required"],
		[
			"an unknown expectation",
			GET.replace("\r\n\r\n", "\r\nExpect: more\r\n\r\n"),
			"417 unknown-expectation",
		],
		["an unknown transfer coding", CHUNKED.replace("chunked", "gzip"), "501 unknown-transfer-encoding"],
		[
			"a malformed header, before any handler sees it (esp_http_server, CVE-2026-45541)",
			"GET / HTTP/1.1\r\n: \r\n\r\n",
			"400 malformed-header",
		],
	] as const)
		test(`is answered ${expected} for ${name}, and the connection closed`, () => {
			const { connect, requests } = serveLater();
			const peer = connect().send(latin1(text));
			assert.deepEqual(responses(peer), [expected]);
			assert.match(peer.text, /\r\nConnection: close\r\n/);
			assert.equal(JSON.parse(peer.text.split("\r\n\r\n")[1]!).status, "error");
			assert.equal(peer.closed, true);
			assert.equal(requests.length, 0);
		});

	test("is the last one of its connection", () => {
		const peer = serve().connect();
		peer.drain(10);
		peer.send(`${GET.replace("GET", "G{T")}${GET}`).send(GET);
		peer.drain();
		assert.deepEqual(responses(peer), ["400 malformed-request-line"]);
		assert.equal(peer.closed, true);
	});

	test("has what came with it read, lest TCP resets the connection and the answer is lost", () => {
		const peer = serve().connect();
		peer.send(`${POST.replace("5", "5000")}${"x".repeat(5000)}`);
		assert.equal(peer.waiting, 0);
		assert.deepEqual(responses(peer), ["413 body-too-large"]);
	});

	test("after a HEAD on the same connection has its body", () => {
		const peer = serve().connect();
		peer.send(`${GET.replace("GET", "HEAD")}GET\r\n\r\n`);
		assert.match(peer.text, /"code":"malformed-request-line"/);
	});
});

describe("what goes wrong", () => {
	test("in the handler is answered with 500", () => {
		const { connect } = serve(() => {
			throw new Error("secret");
		});
		const peer = connect().send(GET);
		assert.deepEqual(responses(peer), ["500 internal"]);
		assert.doesNotMatch(peer.text, /secret/);
		assert.equal(peer.closed, true);
	});

	test("in the handler after it has responded leaves the response", () => {
		const { connect } = serve((_, respond) => {
			respond({ status: 200, body: "{}" });
			throw new Error();
		});
		assert.deepEqual(responses(connect().send(GET)), ["200 {}"]);
	});

	test("in the handler of one connection is nothing to another", () => {
		const { connect } = serve((request, respond) => {
			if (request.head.path === "/x") throw new Error();
			echo(request, respond);
		});
		const other = connect();
		connect().send(GET.replace("/", "/x"));
		assert.deepEqual(responses(other.send(GET)), [answer("GET /")]);
	});

	test("in sent is contained", () => {
		const { connect } = serve((_, respond) =>
			respond({
				status: 200,
				body: "{}",
				sent() {
					throw new Error();
				},
			}),
		);
		assert.deepEqual(responses(connect().send(GET + GET)), ["200 {}", "200 {}"]);
	});

	const failing = (peer: FakePeer, what: "read" | "write" | "close") => {
		peer.deviceEnd[what] = () => {
			throw new Error(`cannot ${what}`);
		};
	};

	test("in a write ends the connection and nothing else (Moddable #1410)", () => {
		let sent = 0;
		const { connect } = serve((_, respond) => respond({ status: 200, body: "{}", sent: () => sent++ }));
		const peer = connect();
		failing(peer, "write");
		peer.send(GET);
		assert.equal(peer.closed, true);
		assert.equal(sent, 1);
		assert.deepEqual(responses(connect().send(GET)), ["200 {}"]);
	});

	test("in a write is not seen by the handler (Moddable #1410)", () => {
		const { connect, requests } = serveLater();
		const peer = connect().send(GET);
		failing(peer, "write");
		requests[0]!.respond({ status: 200, body: "{}" });
		assert.equal(peer.closed, true);
	});

	test("in a later write ends the connection (Moddable #1410)", () => {
		const { connect } = serve();
		const peer = connect();
		peer.drain(10);
		peer.send(GET);
		failing(peer, "write");
		peer.drain();
		assert.equal(peer.closed, true);
	});

	test("in the write of a 408 ends the connection (Moddable #1410)", () => {
		const { connect, time } = serve();
		const peer = connect().send("GET");
		failing(peer, "write");
		time.advance(HEAD_TIME + SWEEP_INTERVAL);
		assert.equal(peer.closed, true);
	});

	test("in read or close is contained", () => {
		const { connect, server } = serve();
		const one = connect();
		failing(one, "read");
		one.send(GET);
		assert.equal(one.closed, true);
		failing(connect(), "close");
		server.close();
	});

	test("in accept is contained", () => {
		const { server, time, listening } = serveBare();
		const peer = new FakePeer();
		peer.deviceEnd.accept = () => {
			throw new Error("cannot accept");
		};
		listening.onConnection(peer.deviceEnd);
		assert.equal(peer.closed, true);
		server.close();
		assert.equal(time.pending, 0);
	});

	test("is a client that vanishes while it is written to", () => {
		const { connect, time, server } = serve();
		const peer = connect();
		peer.drain(10);
		peer.send(GET);
		peer.disconnect();
		server.close();
		assert.equal(time.pending, 0);
	});
});

describe("time-outs", () => {
	const LATE = SWEEP_INTERVAL;

	test("a connection on which nothing comes is closed without a word", () => {
		const { connect, time } = serve();
		const peer = connect();
		time.advance(HEAD_TIME);
		assert.equal(peer.closed, false);
		time.advance(LATE);
		assert.equal(peer.closed, true);
		assert.equal(peer.text, "");
	});

	test("a connection on which only an empty line comes is closed without a word", () => {
		const { connect, time } = serve();
		const peer = connect().send("\r\n");
		time.advance(HEAD_TIME + LATE);
		assert.equal(peer.closed, true);
		assert.equal(peer.text, "");
	});

	test("a head that does not end is answered with 408", () => {
		const { connect, time } = serve();
		const peer = connect().send("GET / HTTP/1.1\r\nHost:");
		time.advance(HEAD_TIME);
		assert.equal(peer.closed, false);
		time.advance(LATE);
		assert.deepEqual(responses(peer), ["408 request-timeout"]);
		assert.equal(peer.closed, true);
	});

	test("one byte a second gains no time", () => {
		const { connect, time } = serve();
		const peer = connect();
		for (const byte of GET.slice(0, (HEAD_TIME + LATE) / 1000)) {
			peer.send(byte);
			time.advance(1000);
		}
		assert.deepEqual(responses(peer), ["408 request-timeout"]);
	});

	test("a first head has its time from the start of the connection", () => {
		const { connect, time } = serve();
		const peer = connect();
		time.advance(HEAD_TIME - 1000);
		peer.send("GET");
		time.advance(1000 + LATE);
		assert.deepEqual(responses(peer), ["408 request-timeout"]);
	});

	test("a body that does not end is answered with 408, even if it comes byte by byte", () => {
		for (const head of [POST.slice(0, -5).replace("5", "99"), `${CHUNKED}99\r\n`]) {
			const { connect, time } = serve();
			const peer = connect().send(head);
			for (let i = 0; i < BODY_TIME / 1000; i++) {
				peer.send("x");
				time.advance(1000);
			}
			assert.equal(peer.closed, false);
			time.advance(LATE);
			assert.deepEqual(responses(peer), ["408 request-timeout"]);
			assert.equal(peer.closed, true);
		}
	});

	test("the time for a body runs from the end of the head", () => {
		const { connect, time } = serve();
		const peer = connect();
		time.advance(HEAD_TIME - 1);
		peer.send(POST.slice(0, -1));
		time.advance(BODY_TIME - 1);
		peer.send("o");
		assert.deepEqual(responses(peer), [answer("POST /", "hello")]);
	});

	test("a connection between requests is closed without a word", () => {
		const { connect, time } = serve();
		const peer = connect().send(GET);
		time.advance(KEEP_ALIVE_TIME);
		assert.equal(peer.closed, false);
		time.advance(LATE);
		assert.equal(peer.closed, true);
		assert.equal(responses(peer).length, 1);
	});

	test("a stray CR LF gains a connection between requests no time", () => {
		const { connect, time } = serve();
		const peer = connect().send(GET);
		time.advance(KEEP_ALIVE_TIME);
		peer.send("\r\n");
		time.advance(LATE);
		assert.equal(peer.closed, true);
		assert.equal(responses(peer).length, 1);
	});

	test("a later head has its time from its first byte on", () => {
		const { connect, time } = serve();
		const peer = connect().send(GET);
		time.advance(KEEP_ALIVE_TIME - 1000);
		peer.send("GET");
		time.advance(HEAD_TIME);
		peer.send(" ");
		assert.equal(peer.closed, false);
		time.advance(LATE);
		assert.deepEqual(responses(peer), [answer("GET /"), "408 request-timeout"]);
	});

	test("a request that is handled has all the time it takes", () => {
		const { connect, time, requests } = serveLater();
		const peer = connect().send(GET);
		time.advance(600_000);
		requests[0]!.respond({ status: 200, body: "{}" });
		assert.deepEqual(responses(peer), ["200 {}"]);
		time.advance(KEEP_ALIVE_TIME);
		assert.equal(peer.closed, false);
	});

	test("a client that does not take its answer is dropped, even if it takes a byte a second", () => {
		const { connect, time } = serve();
		const peer = connect();
		peer.drain(0);
		peer.send(GET);
		for (let i = 0; i < WRITE_TIME / 1000; i++) {
			peer.drain(1);
			time.advance(1000);
		}
		assert.equal(peer.closed, false);
		time.advance(LATE);
		assert.equal(peer.closed, true);
	});

	test("64 half-open connections are all closed in time (no server of that kind did)", () => {
		const { connect, network, time } = serve();
		network.maxConnections = 64;
		const peers = Array.from({ length: 64 }, (_, i) => connect().send(i % 2 ? "GET / HTTP/1.1\r\nHo" : ""));
		time.advance(HEAD_TIME + LATE);
		assert.ok(peers.every((peer) => peer.closed));
	});
});

describe("the table of connections", () => {
	test("when it is full, the connection between two requests makes room that was longest idle", () => {
		const { connect } = serve();
		const peers = Array.from({ length: 4 }, () => connect());
		peers[2]!.send(GET);
		peers[1]!.send(GET);
		const fifth = connect();
		assert.deepEqual(
			peers.map((peer) => peer.closed),
			[false, false, true, false],
		);
		assert.deepEqual(responses(fifth.send(GET)), [answer("GET /")]);
	});

	test("when nothing rests, the address that holds most makes room, and not a fresh one", () => {
		const { connect } = serve();
		const owner = connect("192.0.2.9");
		const strangers = Array.from({ length: 3 }, () => connect("192.0.2.66").send("GET / HT"));
		strangers[0]!.send("T");
		const another = connect("192.0.2.10");
		assert.deepEqual(
			[owner, ...strangers, another].map((peer) => peer.closed),
			[false, false, true, false, false],
		);
		assert.deepEqual(responses(owner.send(GET)), [answer("GET /")]);
	});

	test("when it is full, a request that is handled is spared as long as another connection is idle", () => {
		const { connect, requests } = serveLater();
		const [first, second, third, fourth] = Array.from({ length: 4 }, () => connect().send(GET)) as FakePeer[];
		for (const { respond } of requests.slice(1)) respond({ status: 200, body: "{}" });
		for (let i = 0; i < 6; i++) connect();
		assert.deepEqual(
			[first, second, third, fourth].map((peer) => peer!.closed),
			[false, true, true, true],
		);
		requests[0]!.respond({ status: 200, body: "{}" });
		assert.deepEqual(responses(first!), ["200 {}"]);
	});

	test("when all requests are being handled, the oldest makes room", () => {
		const { connect } = serveLater();
		const peers = Array.from({ length: 4 }, () => connect().send(GET));
		connect();
		assert.deepEqual(
			peers.map((peer) => peer.closed),
			[true, false, false, false],
		);
	});

	test("is not held by 64 clients that send nothing more", () => {
		const { connect } = serve();
		for (let i = 0; i < 64; i++) connect().send("GET / HTTP/1.1\r\nHo");
		assert.deepEqual(responses(connect().send(GET)), [answer("GET /")]);
	});

	test("keeps nothing of connections that are gone, and answers after 72,000 requests (Moddable #52)", () => {
		const { connect, time, network } = serve();
		network.maxConnections = 2;
		const stays = connect();
		let bytes = 0;
		stays.deviceEnd.write = (data) => {
			bytes += data.length;
			return 65_536;
		};
		for (let i = 0; i < 80_000; i++) {
			stays.send(GET);
			if (i % 100 === 0) connect().send(GET).disconnect();
			if (i % 1000 === 0) time.advance(1000);
		}
		assert.equal(bytes, 80_000 * serve().connect().send(GET).text.length);
		assert.equal(time.pending, 1);
	});

	test("leaves no timer when it is empty", () => {
		const { connect, time } = serve();
		assert.equal(time.pending, 0);
		const peers = [connect(), connect(), connect()];
		assert.equal(time.pending, 1);
		for (const peer of peers) peer.disconnect();
		time.advance(SWEEP_INTERVAL);
		assert.equal(time.pending, 0);
		connect();
		assert.equal(time.pending, 1);
	});
});

describe("the server", () => {
	test("tells its port and what fails", () => {
		assert.deepEqual(serve().ports, [80]);
		assert.deepEqual(serve(echo, new Uint8Array(1)).ports, [443]);
		const time = new FakeTime();
		const network = new FakeNetwork(time);
		network.refused.add("http");
		const errors: string[] = [];
		new HttpServer({
			network,
			handle: echo,
			onListening() {},
			onError: (message) => void errors.push(message),
		});
		assert.deepEqual(errors, ["http port is in use"]);
	});

	test("closed before it listens tells nothing, and takes no connection", () => {
		const { server, time, listening, told } = serveBare();
		server.close();
		listening.onListening(80);
		listening.onError("late");
		const peer = new FakePeer();
		listening.onConnection(peer.deviceEnd);
		assert.deepEqual(told, []);
		assert.equal(peer.closed, true);
		assert.equal(time.pending, 0);
	});

	test("closes all connections and leaves no timer", () => {
		const { connect, server, network, time } = serve();
		const peers = [connect(), connect().send(GET), connect().send("GET"), connect().send(POST.slice(0, -1))];
		server.close();
		assert.ok(peers.every((peer) => peer.closed));
		assert.equal(network.isOpen("http"), false);
		assert.equal(time.pending, 0);
		server.close();
	});

	test("sends a response that was given before it was closed", () => {
		const { connect, server, time } = serve();
		const peer = connect();
		peer.drain(10);
		peer.send(GET);
		server.close();
		assert.equal(peer.closed, false);
		peer.drain();
		assert.deepEqual(responses(peer), [answer("GET /")]);
		assert.equal(peer.closed, true);
		assert.equal(time.pending, 0);
	});

	test("does not wait forever for a client when it is closed", () => {
		const { connect, server, time } = serve();
		const peer = connect();
		peer.drain(10);
		peer.send(GET);
		server.close();
		time.advance(WRITE_TIME + SWEEP_INTERVAL);
		assert.equal(peer.closed, true);
		assert.equal(time.pending, 0);
	});

	test("may be closed by the handler that has responded, and by sent", () => {
		for (const when of ["handler", "sent"]) {
			let server: HttpServer | undefined;
			const it = serve((_, respond) => {
				respond({ status: 200, body: "{}", sent: () => when === "sent" && server!.close() });
				if (when === "handler") server!.close();
			});
			server = it.server;
			const peer = it.connect().send(GET + GET);
			assert.deepEqual(responses(peer), ["200 {}"]);
			assert.equal(peer.closed, true);
			assert.equal(it.time.pending, 0);
		}
	});

	test("closed by the handler before it responds drops the request", () => {
		let late: ((response: Response) => void) | undefined;
		const it = serve((_, respond) => {
			it.server.close();
			late = respond;
		});
		const peer = it.connect().send(GET);
		let written = 0;
		peer.deviceEnd.write = () => written++;
		let sent = 0;
		late!({ status: 200, body: "{}", sent: () => sent++ });
		assert.deepEqual([written, sent], [0, 1]);
	});

	test("closed while a request is handled drops it, and takes the late response", () => {
		const { connect, server, requests, time } = serveLater();
		const peer = connect().send(GET);
		server.close();
		let sent = 0;
		requests[0]!.respond({ status: 200, body: "{}", sent: () => sent++ });
		assert.equal(peer.text, "");
		assert.equal(sent, 1);
		assert.equal(time.pending, 0);
	});
});

describe("whatever comes", () => {
	const requests = fc.array(
		fc.oneof(
			fc.constantFrom(GET, POST, `${CHUNKED}3\r\nabc\r\n0\r\n\r\n`, GET.replace("/", "/x"), `\r\n${GET}`),
			fc
				.string({ maxLength: 60, unit: "binary-ascii" })
				// A function, as "$&" in a text would stand for what is replaced.
				.map((body) => POST.replace("5\r\n\r\nhello", () => `${body.length}\r\n\r\n${body}`)),
		),
		{ minLength: 1, maxLength: 8 },
	);
	const near = fc.constantFrom(
		"GET",
		" ",
		"/",
		"HTTP/1.1",
		"\r\n",
		"\r",
		"\n",
		"Host: a",
		": ",
		"Content-Length: 3",
		"abc",
		"\0",
		"\xff",
		CHUNKED,
	);
	const junk = fc.oneof(
		fc.uint8Array({ maxLength: 300 }),
		fc.array(near, { maxLength: 30 }).map((parts) => latin1(parts.join(""))),
	);

	const send = (peer: FakePeer, bytes: Uint8Array, cuts: number[]) => {
		let from = 0;
		for (const end of [...cuts].sort((a, b) => a - b)) {
			peer.send(bytes.subarray(from, end));
			from = Math.max(from, Math.min(end, bytes.length));
		}
		peer.send(bytes.subarray(from));
	};

	test("valid requests have the same answers however they are split", () => {
		fc.assert(
			fc.property(requests, fc.array(fc.nat(600)), (texts, cuts) => {
				const bytes = latin1(texts.join(""));
				const whole = serve().connect().send(bytes);
				assert.equal(responses(whole).length, texts.length);
				const split = serve().connect();
				send(split, bytes, cuts);
				assert.equal(split.text, whole.text);
				const slow = serve().connect();
				for (const byte of bytes) slow.send(new Uint8Array([byte]));
				assert.equal(slow.text, whole.text);
			}),
		);
	});

	test("any bytes have the same answers however they are split", () => {
		fc.assert(
			fc.property(requests, junk, fc.array(fc.nat(900)), (texts, bytes, cuts) => {
				const all = Buffer.concat([latin1(texts.join("")), bytes]);
				const whole = serve().connect().send(all);
				const split = serve().connect();
				send(split, all, cuts);
				assert.equal(split.text, whole.text);
				assert.equal(split.closed, whole.closed);
			}),
			{ numRuns: 500 },
		);
	});

	test("pipelined requests are answered in order, in whatever parts answers are taken and responses given", () => {
		fc.assert(
			fc.property(
				fc.array(fc.record({ later: fc.boolean(), window: fc.nat(300) }), { minLength: 1, maxLength: 20 }),
				(steps) => {
					const waiting: (() => void)[] = [];
					const { connect } = serve((request, respond) => {
						const { later } = steps[Number(request.head.path.slice(1))]!;
						if (later) waiting.push(() => echo(request, respond));
						else echo(request, respond);
					});
					const peer = connect();
					peer.drain(0);
					peer.send(steps.map((_, i) => GET.replace("/", `/${i}`)).join(""));
					for (let i = 0; i < 1000 && responsesSoFar(peer) < steps.length; i++) {
						peer.drain(steps[i % steps.length]!.window + 1);
						waiting.shift()?.();
					}
					assert.deepEqual(
						responses(peer),
						steps.map((_, i) => answer(`GET /${i}`)),
					);
				},
			),
		);
	});

	const responsesSoFar = (peer: FakePeer) => peer.text.match(/"GET \/\d+ "/g)?.length ?? 0;

	test("nothing is thrown, nothing is left, and no more is taken in than the bounds allow", () => {
		const step = fc.oneof(
			fc.record({ kind: fc.constant("send" as const), bytes: junk }),
			fc.record({ kind: fc.constant("time" as const), ms: fc.nat(4000) }),
			fc.record({ kind: fc.constant("drain" as const), count: fc.nat(200) }),
			fc.record({ kind: fc.constant("open" as const) }),
			fc.record({ kind: fc.constant("leave" as const) }),
		);
		fc.assert(
			fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
				const { connect, server, time } = serve();
				const peers = [connect()];
				for (const it of steps) {
					const peer = peers.at(-1)!;
					if (it.kind === "send") peer.send(it.bytes);
					else if (it.kind === "time") time.advance(it.ms);
					else if (it.kind === "drain") peer.drain(it.count);
					else if (it.kind === "open") peers.push(connect());
					else peer.disconnect();
				}
				assert.ok(peers.filter((peer) => !peer.closed).length <= 4);
				server.close();
				time.advance(WRITE_TIME + SWEEP_INTERVAL);
				assert.ok(peers.every((peer) => peer.closed));
				assert.equal(time.pending, 0);
			}),
			{ numRuns: 200 },
		);
	});

	test("a head of any kind takes in no more than its bounds and one read", () => {
		const { connect } = serve();
		for (const text of [
			"A".repeat(1e5),
			`GET / HTTP/1.1\r\n${"A: b\r\n".repeat(1e5)}`,
			`GET / HTTP/1.1\r\nA: ${"b".repeat(1e5)}`,
		]) {
			const peer = connect();
			let read = 0;
			const { read: original } = peer.deviceEnd;
			peer.drain(0);
			peer.deviceEnd.read = (count) => {
				const bytes = original(count);
				read += bytes?.length ?? 0;
				return bytes;
			};
			peer.send(text);
			assert.ok(read <= REQUEST_LINE + HEADER_BLOCK + READ_CHUNK, `${read}`);
		}
	});
});
