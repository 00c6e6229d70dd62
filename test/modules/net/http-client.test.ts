import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { describe, test } from "node:test";
import { createServer as createTlsServer } from "node:tls";
import { READ_CHUNK } from "../../../modules/limits";
import { HttpClient, type HttpRequest } from "../../../modules/net/http-client";
import { FakeHost, FakeTime } from "../../fakes/host";
import { FakeLink } from "../../fakes/server";
import { until } from "../../hosts/desktop/loopback";
import { Authority } from "../../support/authority";
import { desktopNetwork, type Served, serve, serveRaw } from "../../support/servers";

interface Test {
	after(callback: () => Promise<void> | void): void;
}

type Result = { status: number; retryAfter: string | undefined; body: string } | { error: string };

const TAKEN: Result = { status: 204, retryAfter: undefined, body: "" };
const REQUEST: HttpRequest = {
	method: "POST",
	target: "/write?db=home",
	headers: { authorization: "Basic bWU6cHcxMjM0NTY=" },
	body: new TextEncoder().encode("line"),
};

const take: RequestListener = (_request, response) => void response.writeHead(204).end();

/** A real HTTP server, and the bodies and header fields of the requests that came. */
async function serveHttp(t: Test, answer: RequestListener = take) {
	const bodies: string[] = [];
	const fields: Record<string, string | string[] | undefined>[] = [];
	const server = createServer((request, response) => {
		let body = "";
		fields.push(request.headers);
		request.setEncoding("utf8").on("data", (text: string) => {
			body += text;
		});
		request.on("end", () => {
			bodies.push(body);
			answer(request, response);
		});
	});
	return Object.assign(await serve(t, server), { bodies, fields });
}

/** The firmware's client over a desk's network. */
function client(
	t: Test,
	{ port }: Pick<Served, "port">,
	{ host = "127.0.0.1", secure = false, time = undefined as FakeTime | undefined } = {},
) {
	const { network, exceptions } = desktopNetwork(t, time ? { time } : {});
	const http = new HttpClient({
		network,
		to: { endpoint: { secure, host, port, path: "" }, trust: {}, allowAddress: () => true },
		silence: 10_000,
		most: 20_000,
	});
	t.after(() => http.close());
	const send = (more: Partial<HttpRequest> = {}) =>
		new Promise<Result>((resolve) => {
			let result = { status: 0, retryAfter: undefined as string | undefined, body: "" };
			http.send(
				{ ...REQUEST, ...more },
				{
					onHead: (answer) => {
						result = { ...answer, body: "" };
					},
					onBody: (bytes) => {
						result.body += new TextDecoder().decode(bytes);
					},
					onEnd: (error) => resolve(error === undefined ? result : { error }),
				},
			);
		});
	return { http, send, exceptions };
}

describe("an exchange", { timeout: 20_000 }, () => {
	test("target, header fields and body arrive as they are, and status, Retry-After and body come back", async (t) => {
		const served = await serveHttp(t, (request, response) => {
			assert.equal(`${request.method} ${request.url}`, "POST /write?db=home");
			response.writeHead(429, { "Retry-After": "7" }).end("slowly");
		});
		assert.deepEqual(await client(t, served).send(), { status: 429, retryAfter: "7", body: "slowly" });
		assert.deepEqual(served.bodies, ["line"]);
		const { authorization, host, "content-length": length } = served.fields[0] ?? {};
		assert.deepEqual(
			[authorization, host, length],
			["Basic bWU6cHcxMjM0NTY=", `127.0.0.1:${served.port}`, "4"],
		);
	});

	test("a body of 100 KB in either direction arrives whole", async (t) => {
		const served = await serveHttp(t, (_request, response) => void response.end(served.bodies[0]));
		const text = "0123456789".repeat(10_000);
		const result = await client(t, served).send({ body: new TextEncoder().encode(text) });
		assert.ok("body" in result && result.body === text);
	});

	test("requests go through one connection, which close ends", async (t) => {
		const served = await serveHttp(t);
		const { http, send } = client(t, served);
		for (let i = 0; i < 100; i++) assert.deepEqual(await send(), TAKEN);
		assert.deepEqual([served.connections, served.open.size], [1, 1]);
		http.close();
		await until(() => served.open.size === 0);
	});

	test("a connection that the server has closed is replaced", async (t) => {
		const served = await serveHttp(t);
		const { send } = client(t, served);
		await send();
		for (const socket of served.open) socket.end();
		await until(() => served.open.size === 0);
		assert.deepEqual(await send(), TAKEN);
		assert.equal(served.connections, 2);
	});

	test("a server that closes after each answer, with and without a word, leaves no connection", async (t) => {
		const served = await serveHttp(t, (_request, response) => {
			response.writeHead(204, { Connection: "close" }).end();
		});
		const { send } = client(t, served);
		for (let i = 0; i < 20; i++) assert.deepEqual(await send(), TAKEN);
		await until(() => served.open.size === 0);
		const old = await serveRaw(t, (socket) =>
			socket.once("data", () => socket.end("HTTP/1.0 200 OK\r\n\r\ntaken")),
		);
		const { send: sendOld } = client(t, old);
		for (let i = 0; i < 20; i++)
			assert.deepEqual(await sendOld(), { status: 200, retryAfter: undefined, body: "taken" });
		await until(() => old.open.size === 0);
	});

	test("an exception in the handler is told and changes nothing", async (t) => {
		const served = await serveHttp(t);
		const { http, send, exceptions } = client(t, served);
		http.send(REQUEST, {
			onHead() {},
			onBody() {},
			onEnd() {
				throw new Error("mine");
			},
		});
		await until(() => exceptions.length === 1);
		await until(() => served.open.size === 0);
		assert.deepEqual(await send(), TAKEN);
	});

	test("one that could not be sent and was closed does not end the next", async (t) => {
		const served = await serveHttp(t);
		const { http, send } = client(t, served);
		void send({ headers: { authorization: "a\r\nb" } });
		http.close();
		assert.deepEqual(await send(), TAKEN);
	});

	test("a header field that cannot be sent fails without its value", async (t) => {
		const served = await serveHttp(t);
		const result = await client(t, served).send({ headers: { authorization: "a\r\nb" } });
		assert.deepEqual(result, { error: "a header field cannot be sent" });
		assert.equal(served.connections, 0);
	});

	test("an IPv6 address stands in brackets in Host (RFC 3986, 3.2.2)", async (t) => {
		const sent: string[] = [];
		const server = createTcpServer((socket) =>
			socket.on("data", (bytes) => {
				sent.push(String(bytes));
				socket.end("HTTP/1.1 204 Taken\r\n\r\n");
			}),
		);
		await new Promise<void>((resolve) => server.once("error", () => resolve()).listen(0, "::1", resolve));
		t.after(() => void server.close());
		const address = server.address();
		if (!address || typeof address === "string") return;
		assert.deepEqual(await client(t, address, { host: "::1" }).send(), TAKEN);
		assert.match(sent[0] ?? "", new RegExp(`\\r\\nHost: \\[::1\\]:${address.port}\\r\\n`));
	});
});

describe("an answer", { timeout: 20_000 }, () => {
	test("a redirect is not followed", async (t) => {
		const other = await serveHttp(t);
		const served = await serveHttp(t, (_request, response) => {
			response.writeHead(307, { Location: `http://127.0.0.1:${other.port}/` }).end();
		});
		const result = await client(t, served).send();
		assert.equal("status" in result && result.status, 307);
		assert.equal(other.connections, 0);
	});

	test("one that never comes is given up, and its connection with it", async (t) => {
		const time = new FakeTime();
		const served = await serveHttp(t, () => {});
		const { send } = client(t, served, { time });
		const result = send();
		await until(() => served.bodies.length === 1);
		time.advance(10_000);
		assert.deepEqual(await result, { error: "no answer in time" });
		await until(() => served.open.size === 0);
	});

	test("one whose body stops is given up, and so is one that goes on and on", async (t) => {
		const time = new FakeTime();
		const served = await serveHttp(t, (_request, response) => {
			response.writeHead(200).write("12345");
			if (served.bodies.length === 2) setInterval(() => response.write("6"), 5).unref();
		});
		const { http, send } = client(t, served, { time });
		let bytes = 0;
		const ended = new Promise((resolve) =>
			http.send(REQUEST, {
				onHead() {},
				onBody(part) {
					bytes += part.length;
				},
				onEnd: resolve,
			}),
		);
		await until(() => bytes === 5);
		time.advance(10_000);
		assert.equal(await ended, "no answer in time");
		let done = false;
		const result = send().finally(() => {
			done = true;
		});
		while (!done) {
			await new Promise((resolve) => setTimeout(resolve, 10));
			time.advance(100);
		}
		assert.deepEqual(await result, { error: "it takes too long" });
	});

	test("cut after any number of bytes it is an error, and the next one is read", async (t) => {
		const answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Long: abcdefgh\r\n\r\n12345";
		let length = 1;
		const served = await serveRaw(t, (socket) =>
			socket.once("data", () => socket.end(answer.slice(0, length))),
		);
		const { send } = client(t, served);
		for (; length < answer.length; length++)
			assert.deepEqual(await send(), { error: "the connection was cut" }, `after ${length} bytes`);
		assert.deepEqual(await send(), { status: 200, retryAfter: undefined, body: "12345" });
		await until(() => served.open.size === 0);
	});

	test("what follows an answer is no answer to the next request, but costs the connection", async (t) => {
		const served = await serveRaw(t, (socket) => {
			socket.on("data", () => socket.write("HTTP/1.1 204 Taken\r\n\r\nHTTP/1.1 500 Not asked for\r\n\r\n"));
		});
		const { send } = client(t, served);
		for (let i = 1; i <= 3; i++) {
			assert.deepEqual(await send(), TAKEN);
			assert.equal(served.connections, i);
		}
	});

	test("nor is it if it came in time to be taken for that answer, when the next request is sent at once", () => {
		const { network } = new FakeHost();
		const links: FakeLink[] = [];
		network.connect = (to, handler) => {
			const link = new FakeLink(to, handler);
			links.push(link);
			return link;
		};
		const endpoint = { secure: false, host: "192.168.1.5", port: 80, path: "" };
		const to = { endpoint, trust: {}, allowAddress: () => true };
		const http = new HttpClient({ network, to, silence: 10_000, most: 20_000 });
		const statuses: number[] = [];
		const again = () => http.send(REQUEST, handler);
		const handler = {
			onHead: ({ status }: { status: number }) => statuses.push(status),
			onBody() {},
			onEnd: again,
		};
		again();
		links[0]?.drain();
		// The first answer is as long as what is read at a time.
		const head = "HTTP/1.1 204 Taken\r\nX: ";
		links[0]?.say(`${head.padEnd(READ_CHUNK - 4, "x")}\r\n\r\nHTTP/1.1 500 Not asked for\r\n\r\n`);
		assert.deepEqual(statuses, [204]);
		assert.deepEqual([links.length, links[0]?.closed], [2, true]);
		http.close();
	});

	test("what comes while nothing is asked costs the connection", async (t) => {
		const served = await serveHttp(t);
		const { send } = client(t, served);
		await send();
		for (const socket of served.open) socket.write("HTTP/1.1 500 Not asked for\r\n\r\n");
		await until(() => served.open.size === 0);
		assert.deepEqual(await send(), TAKEN);
	});

	test("what is no HTTP is an error", async (t) => {
		for (const [said, error] of [
			["SSH-2.0-OpenSSH_9.2\r\n\r\n", "the answer is not HTTP"],
			["220 mail ESMTP\r\n\r\n", "the answer is not HTTP"],
			// A TLS alert: protocol_version.
			["\x15\x03\x01\0\x02\x02\x46", "TLS is spoken there"],
		] as const) {
			const served = await serveRaw(t, (socket) => void socket.end(Buffer.from(said, "latin1")));
			assert.deepEqual(await client(t, served).send(), { error }, said);
		}
	});

	test("a TLS server that hangs up on plain HTTP without a word is suspected", async (t) => {
		const issued = await (await Authority.create()).issue();
		const server = createTlsServer(issued).on("tlsClientError", (_error, socket) => socket.destroy());
		const result = await client(t, await serve(t, server)).send();
		assert.deepEqual(result, { error: "the connection was cut before an answer: TLS may be spoken there" });
	});

	test("a head without an end is an error", async (t) => {
		const served = await serveRaw(t, (socket) =>
			socket.once("data", () => socket.write(`HTTP/1.1 200 OK\r\nX: ${"x".repeat(20_000)}`)),
		);
		assert.deepEqual(await client(t, served).send(), { error: "the answer is too long" });
		await until(() => served.open.size === 0);
	});
});

describe("closed", { timeout: 20_000 }, () => {
	const silent = { onHead: () => assert.fail(), onBody: () => assert.fail(), onEnd: () => assert.fail() };

	test("while the answer is awaited: nothing is told and the connection is closed", async (t) => {
		const served = await serveHttp(t, () => {});
		const { http } = client(t, served);
		http.send(REQUEST, silent);
		await until(() => served.bodies.length === 1);
		http.close();
		await until(() => served.open.size === 0);
	});

	test("at once: nothing is sent", async (t) => {
		const served = await serveHttp(t);
		const { http, send } = client(t, served);
		http.send(REQUEST, silent);
		http.close();
		await send();
		assert.equal(served.bodies.length, 1);
	});

	test("within a callback: nothing follows", async (t) => {
		const served = await serveHttp(t, (_request, response) => void response.end("x".repeat(100_000)));
		const { http } = client(t, served);
		let parts = 0;
		http.send(REQUEST, {
			...silent,
			onHead() {},
			onBody: () => {
				parts++;
				http.close();
			},
		});
		await until(() => parts > 0 && served.open.size === 0);
		assert.equal(parts, 1);
	});

	test("during the TLS handshake: nothing is left", async (t) => {
		const served = await serveRaw(t, (socket) => void socket.resume());
		const { http } = client(t, served, { secure: true });
		http.send(REQUEST, silent);
		await until(() => served.open.size === 1);
		http.close();
		await until(() => served.open.size === 0);
	});
});
