import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttpServer, type RequestListener, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import {
	type AddressInfo,
	createServer as createTcpServer,
	type Socket,
	type Server as TcpServer,
} from "node:net";
import { describe, test } from "node:test";
import type { SecureVersion } from "node:tls";
import type { Lookup } from "../../../hosts/desktop/dial";
import { Poster } from "../../../hosts/desktop/post";
import { DesktopTime } from "../../../hosts/desktop/time";
import type { PostRequest, PostResult, Timers, Trust } from "../../../hosts/host";
import { isHomeAddress } from "../../../modules/net/home";
import { FakeTime } from "../../fakes/host";
import { Authority, type Issued } from "../../support/authority";
import { until } from "./loopback";

interface Test {
	after(callback: () => Promise<void> | void): void;
}

const authority = await Authority.create();
const stranger = await Authority.create();
const good = await authority.issue();

interface Served {
	port: number;
	/** How many connections were opened. */
	connections: number;
	/** Those that are open. */
	open: Set<Socket>;
	/** Bodies of the requests that came. */
	bodies: string[];
	fields: Record<string, string | string[] | undefined>[];
}

async function listen(t: Test, server: TcpServer, served: Partial<Served> = {}): Promise<Served> {
	const result: Served = { port: 0, connections: 0, open: new Set(), bodies: [], fields: [], ...served };
	server.on("connection", (socket: Socket) => {
		result.connections++;
		result.open.add(socket);
		socket.on("close", () => result.open.delete(socket)).on("error", () => {});
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	result.port = (server.address() as AddressInfo).port;
	t.after(() => {
		for (const socket of result.open) socket.destroy();
		server.close();
	});
	return result;
}

const take: RequestListener = (_request, response) => void response.writeHead(204).end();

interface Secured {
	identity?: Issued;
	maxVersion?: SecureVersion;
}

/** An HTTP server, over TLS with `secured`. */
async function serve(t: Test, answer: RequestListener = take, secured?: Secured): Promise<Served> {
	const { identity = good, ...tls } = secured ?? {};
	const minVersion = tls.maxVersion && ("TLSv1" as const);
	const server: Server = secured
		? createHttpsServer({
				...identity,
				...tls,
				...(minVersion && { minVersion, ciphers: "ALL:@SECLEVEL=0" }),
			})
		: createHttpServer();
	const served = await listen(t, server);
	server.on("request", (request, response) => {
		let body = "";
		served.fields.push(request.headers);
		request.setEncoding("utf8").on("data", (text: string) => {
			body += text;
		});
		request.on("end", () => {
			served.bodies.push(body);
			answer(request, response);
		});
	});
	return served;
}

/** A server that does not know HTTP. */
function serveRaw(t: Test, behave: (socket: Socket) => void): Promise<Served> {
	return listen(t, createTcpServer(behave));
}

interface Wish extends Partial<PostRequest> {
	port: number;
	host?: string;
	secure?: boolean;
	trust?: Trust;
}

function requestTo({ port, host = "127.0.0.1", secure = false, ...others }: Wish): PostRequest {
	return {
		endpoint: { secure, host, port, path: "" },
		trust: {},
		allowAddress: () => true,
		target: "/write?db=home",
		headers: { authorization: "Basic bWU6cHcxMjM0NTY=" },
		body: new TextEncoder().encode("line"),
		timeout: 10_000,
		...others,
	};
}

function poster(
	t: Test,
	lookup?: Lookup,
	timers: Timers = new DesktopTime(1, (error) => assert.fail(String(error))),
) {
	const exceptions: unknown[] = [];
	const it = new Poster({
		timers,
		onException: (error) => exceptions.push(error),
		...(lookup && { lookup }),
	});
	t.after(() => it.close());
	const post = (wish: Wish) => new Promise<PostResult>((resolve) => it.post(requestTo(wish), resolve));
	return { it, post, exceptions };
}

const resolvesTo =
	(...addresses: string[]): Lookup =>
	(_name, done) =>
		setImmediate(
			done,
			null,
			addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
		);

const failed = (error: string): PostResult => ({ status: undefined, error });
const TAKEN: PostResult = { status: 204, retryAfter: undefined, body: "" };

describe("an exchange", { timeout: 20_000 }, () => {
	test("target, header fields and body arrive as they are, and status, Retry-After and body come back", async (t) => {
		const served = await serve(t, (request, response) => {
			assert.equal(`${request.method} ${request.url}`, "POST /write?db=home");
			response.writeHead(429, { "Retry-After": "7" }).end("slowly");
		});
		assert.deepEqual(await poster(t).post(served), { status: 429, retryAfter: "7", body: "slowly" });
		assert.deepEqual(served.bodies, ["line"]);
		assert.equal(served.fields[0]?.authorization, "Basic bWU6cHcxMjM0NTY=");
		assert.equal(served.fields[0]?.["content-length"], "4");
	});

	test("requests to one server go through one connection", async (t) => {
		const served = await serve(t);
		const { post } = poster(t);
		for (let i = 0; i < 100; i++) assert.deepEqual(await post(served), TAKEN);
		assert.deepEqual([served.connections, served.open.size], [1, 1]);
	});

	test("requests at the same time have connections of their own, of which one is kept", async (t) => {
		const served = await serve(t);
		const { post } = poster(t);
		await Promise.all([post(served), post(served), post(served)]);
		assert.equal(served.connections, 3);
		await until(() => served.open.size === 1);
		await post(served);
		assert.equal(served.connections, 3);
	});

	test("a connection is not shared by requests that believe different authorities", async (t) => {
		const served = await serve(t, take, {});
		const { post } = poster(t);
		const wish = { ...served, secure: true };
		assert.deepEqual(await post({ ...wish, trust: { ca: authority.ca } }), TAKEN);
		assert.deepEqual(
			await post({ ...wish, trust: { ca: stranger.ca } }),
			failed("certificate not issued by the CA"),
		);
		assert.equal(served.bodies.length, 1);
	});

	test("a connection that the server has closed is replaced", async (t) => {
		const served = await serve(t);
		const { post } = poster(t);
		await post(served);
		for (const socket of served.open) socket.end();
		await until(() => served.open.size === 0);
		assert.deepEqual(await post(served), TAKEN);
		assert.equal(served.connections, 2);
	});

	test("a hundred servers that close after their answer leave no connection", async (t) => {
		const served = await serve(t, (_request, response) => {
			response.writeHead(204, { Connection: "close" }).end();
		});
		const { post } = poster(t);
		for (let i = 0; i < 100; i++) assert.deepEqual(await post(served), TAKEN);
		await until(() => served.open.size === 0);
	});

	test("a connection that waits is closed after 15 s", async (t) => {
		const time = new FakeTime();
		const served = await serve(t);
		const { post } = poster(t, undefined, time);
		await post(served);
		time.advance(14_999);
		await post(served);
		time.advance(14_999);
		assert.deepEqual([served.connections, served.open.size], [1, 1]);
		time.advance(1);
		await until(() => served.open.size === 0);
		assert.equal(time.pending, 0);
	});

	test("close ends the connection that waits", async (t) => {
		const served = await serve(t);
		const { it, post } = poster(t);
		await post(served);
		it.close();
		await until(() => served.open.size === 0);
	});

	test("an exception in `done` is told and changes nothing", async (t) => {
		const served = await serve(t);
		const { it, post, exceptions } = poster(t);
		it.post(requestTo(served), () => {
			throw new Error("mine");
		});
		await until(() => exceptions.length === 1);
		assert.deepEqual(await post(served), TAKEN);
	});

	test("a header field that cannot be sent fails without its value", async (t) => {
		const served = await serve(t);
		const result = await poster(t).post({ ...served, headers: { authorization: "a\r\nb" } });
		assert.deepEqual(result, failed("it failed (UND_ERR_INVALID_ARG)"));
		assert.equal(served.bodies.length, 0);
	});
});

describe("an answer", { timeout: 20_000 }, () => {
	test("of its body 512 bytes are kept, and the rest is not waited for", async (t) => {
		const served = await serve(t, (_request, response) => {
			response.writeHead(400);
			const more = () => {
				while (response.writable && response.write("x".repeat(600)));
			};
			response.on("drain", more);
			more();
		});
		const { post } = poster(t);
		assert.deepEqual(await post(served), { status: 400, retryAfter: undefined, body: "x".repeat(512) });
		await until(() => served.open.size === 0);
	});

	test("512 bytes are kept and the connection as well", async (t) => {
		const served = await serve(t, (_request, response) => void response.writeHead(400).end("x".repeat(512)));
		const { post } = poster(t);
		await post(served);
		assert.deepEqual(await post(served), { status: 400, retryAfter: undefined, body: "x".repeat(512) });
		assert.equal(served.connections, 1);
	});

	test("a redirect is not followed", async (t) => {
		const other = await serve(t);
		const served = await serve(
			t,
			(_request, response) => {
				response.writeHead(307, { Location: `http://127.0.0.1:${other.port}/` }).end();
			},
			{},
		);
		const result = await poster(t).post({ ...served, secure: true, trust: { ca: authority.ca } });
		assert.equal(result.status, 307);
		assert.equal(other.connections, 0);
	});

	test("one that never comes is given up, and its connection with it", async (t) => {
		const time = new FakeTime();
		const served = await serve(t, () => {});
		const { it } = poster(t, undefined, time);
		const results: PostResult[] = [];
		it.post(requestTo(served), (result) => results.push(result));
		await until(() => served.bodies.length === 1);
		time.advance(10_000);
		assert.deepEqual(results, [failed("no answer in time")]);
		await until(() => served.open.size === 0);
		assert.equal(time.pending, 0);
	});

	test("one whose body never ends is given up", async (t) => {
		const time = new FakeTime();
		const served = await serve(t, (_request, response) => {
			response.writeHead(200, { "Content-Length": "10" }).write("12345");
		});
		const { it } = poster(t, undefined, time);
		const results: PostResult[] = [];
		it.post(requestTo(served), (result) => results.push(result));
		await until(() => served.bodies.length === 1);
		time.advance(10_000);
		assert.deepEqual(results, [failed("no answer in time")]);
	});

	test("cut after any number of bytes it is an error, and the next one is read", async (t) => {
		const answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Long: abcdefgh\r\n\r\n12345";
		let length = 0;
		const served = await serveRaw(t, (socket) =>
			socket.once("data", () => socket.end(answer.slice(0, length))),
		);
		const { post } = poster(t);
		for (; length < answer.length; length++)
			assert.deepEqual(await post(served), failed("the connection was cut"), `after ${length} bytes`);
		assert.deepEqual(await post(served), { status: 200, retryAfter: undefined, body: "12345" });
		await until(() => served.open.size === 0);
	});

	test("what is no HTTP is an error", async (t) => {
		const served = await serveRaw(t, (socket) => void socket.end("SSH-2.0-OpenSSH_9.2\r\n"));
		assert.equal((await poster(t).post(served)).status, undefined);
		const chatty = await serveRaw(t, (socket) =>
			socket.once("data", () => socket.end("220 mail ESMTP\r\n\r\n")),
		);
		assert.deepEqual(await poster(t).post(chatty), failed("the answer is not HTTP"));
	});

	test("a head without an end is an error", async (t) => {
		const served = await serveRaw(t, (socket) =>
			socket.once("data", () => socket.write(`HTTP/1.1 200 OK\r\nX: ${"x".repeat(20_000)}`)),
		);
		assert.deepEqual(await poster(t).post(served), failed("it failed (UND_ERR_HEADERS_OVERFLOW)"));
		await until(() => served.open.size === 0);
	});
});

describe("cancelled", { timeout: 20_000 }, () => {
	test("while the answer is awaited: nothing is told and the connection is closed", async (t) => {
		const served = await serve(t, () => {});
		const { it } = poster(t);
		const cancel = it.post(requestTo(served), () => assert.fail("told"));
		await until(() => served.bodies.length === 1);
		cancel();
		await until(() => served.open.size === 0);
	});

	test("at once: nothing is sent", async (t) => {
		const served = await serve(t);
		const { it, post } = poster(t);
		it.post(requestTo(served), () => assert.fail("told"))();
		await post(served);
		assert.equal(served.bodies.length, 1);
	});

	test("after the answer: the connection is left for the next request", async (t) => {
		const served = await serve(t);
		const { it, post } = poster(t);
		let cancel = () => {};
		await new Promise((resolve) => {
			cancel = it.post(requestTo(served), resolve);
		});
		cancel();
		await post(served);
		assert.equal(served.connections, 1);
	});

	test("during the TLS handshake: nothing is left", async (t) => {
		const served = await serveRaw(t, (socket) => void socket.resume());
		const { it } = poster(t);
		const cancel = it.post(requestTo({ ...served, secure: true }), () => assert.fail("told"));
		await until(() => served.open.size === 1);
		cancel();
		await until(() => served.open.size === 0);
	});
});

describe("the address", { timeout: 20_000 }, () => {
	const home = { allowAddress: isHomeAddress };

	test("a name that resolves outside the home is not connected to", async (t) => {
		const served = await serve(t);
		const { post } = poster(t, resolvesTo("8.8.8.8"));
		const result = await post({ ...served, host: "database.local", ...home });
		assert.deepEqual(result, failed("the address 8.8.8.8 is outside the home"));
		assert.equal(served.connections, 0);
	});

	test("an address outside the home is not connected to", async (t) => {
		const result = await poster(t).post({ port: 80, host: "8.8.8.8", ...home });
		assert.deepEqual(result, failed("the address 8.8.8.8 is outside the home"));
		const v6 = await poster(t).post({ port: 80, host: "2001:4860:4860::8888", ...home });
		assert.deepEqual(v6, failed("the address 2001:4860:4860::8888 is outside the home"));
	});

	test("of several addresses only those in the home are tried", async (t) => {
		const served = await serve(t);
		const { post } = poster(t, resolvesTo("8.8.8.8", "2001:db8::1", "127.0.0.1"));
		assert.deepEqual(await post({ ...served, host: "database.local", ...home }), TAKEN);
	});

	test("the one that was allowed is the one connected to, whatever the name resolves to next", async (t) => {
		const served = await serve(t);
		const answers = ["127.0.0.1", "8.8.8.8", "8.8.8.8"];
		let lookups = 0;
		const { post } = poster(t, (name, done) => resolvesTo(answers[lookups++] ?? "")(name, done));
		const seen: string[] = [];
		const allowAddress = (address: string) => {
			seen.push(address);
			return isHomeAddress(address);
		};
		assert.deepEqual(await post({ ...served, host: "database.local", allowAddress }), TAKEN);
		assert.deepEqual([lookups, seen], [1, ["127.0.0.1"]]);
	});

	test("it is asked again for every new connection", async (t) => {
		const served = await serve(t, (_request, response) => {
			response.writeHead(204, { Connection: "close" }).end();
		});
		const addresses = ["127.0.0.1", "8.8.8.8"];
		const { post } = poster(t, (name, done) => resolvesTo(addresses.shift() ?? "")(name, done));
		const wish = { ...served, host: "database.local", ...home };
		assert.deepEqual(await post(wish), TAKEN);
		await until(() => served.open.size === 0);
		assert.deepEqual(await post(wish), failed("the address 8.8.8.8 is outside the home"));
	});

	test("a name that is not known, or has no address, is an error", async (t) => {
		const unknown = poster(t, (_name, done) =>
			setImmediate(done, Object.assign(new Error("secret"), { code: "ENOTFOUND" }), []),
		);
		assert.deepEqual(
			await unknown.post({ port: 80, host: "nowhere.local" }),
			failed("the name is not known"),
		);
		const empty = await poster(t, resolvesTo()).post({ port: 80, host: "nowhere.local" });
		assert.deepEqual(empty, failed("the name is not known"));
	});

	test("a closed port is an error", async (t) => {
		const served = await serve(t);
		const { port } = served;
		const other = createTcpServer().listen(0, "127.0.0.1");
		await once(other, "listening");
		const closed = (other.address() as AddressInfo).port;
		other.close();
		assert.notEqual(port, closed);
		assert.deepEqual(await poster(t).post({ port: closed }), failed("connection refused"));
	});
});

describe("TLS", { timeout: 20_000 }, () => {
	/** What comes of a post, and how many bodies the server got. */
	async function attempt(t: Test, secured: Secured, trust: Trust, wish: Partial<Wish> = {}, lookup?: Lookup) {
		const served = await serve(t, take, secured);
		const result = await poster(t, lookup).post({ ...served, secure: true, trust, ...wish });
		return { result, bodies: served.bodies.length };
	}
	const refused = (error: string) => ({ result: failed(error), bodies: 0 });
	const accepted = { result: TAKEN, bodies: 1 };
	const own = { ca: authority.ca };

	test("a certificate of the CA for this address or name is taken", async (t) => {
		assert.deepEqual(await attempt(t, {}, own), accepted);
		assert.deepEqual(await attempt(t, {}, own, { host: "localhost" }), accepted);
		const lookup = resolvesTo("127.0.0.1");
		assert.deepEqual(await attempt(t, {}, own, { host: "localhost." }, lookup), accepted);
	});

	test("of another CA: nothing is sent", async (t) => {
		const refusal = refused("certificate not issued by the CA");
		assert.deepEqual(await attempt(t, {}, { ca: stranger.ca }), refusal);
		assert.deepEqual(await attempt(t, {}, {}), refusal);
	});

	test("one damaged certificate does not spoil a bundle, and alone vouches for nobody", async (t) => {
		const damaged = authority.ca.replace("-----\nMII", "-----\nMIJ");
		assert.deepEqual(await attempt(t, {}, { ca: damaged + authority.ca }), accepted);
		assert.deepEqual(await attempt(t, {}, { ca: damaged }), refused("certificate not issued by the CA"));
	});

	test("self-signed: nothing is sent", async (t) => {
		const identity = await authority.issue({ selfSigned: true });
		assert.deepEqual(await attempt(t, { identity }, own), refused("certificate is self-signed"));
		assert.deepEqual(await attempt(t, { identity }, {}), refused("certificate is self-signed"));
	});

	test("expired, or not valid yet: nothing is sent", async (t) => {
		const expired = await authority.issue({ from: -3, until: -1 });
		assert.deepEqual(await attempt(t, { identity: expired }, own), refused("certificate has expired"));
		const early = await authority.issue({ from: 1, until: 3 });
		assert.deepEqual(await attempt(t, { identity: early }, own), refused("certificate is not valid yet"));
	});

	test("for another name or address: nothing is sent", async (t) => {
		const identity = await authority.issue({ names: ["other.local", "192.0.2.1"] });
		const refusal = refused("certificate is for another host");
		assert.deepEqual(await attempt(t, { identity }, own), refusal);
		assert.deepEqual(await attempt(t, { identity }, own, { host: "localhost" }), refusal);
		const lookup = resolvesTo("127.0.0.1");
		assert.deepEqual(await attempt(t, { identity }, own, { host: "other.local" }, lookup), accepted);
	});

	test("the pinned certificate is taken, whoever signed it, for any name and time", async (t) => {
		assert.deepEqual(await attempt(t, {}, { fingerprint: good.fingerprint }), accepted);
		const identity = await stranger.issue({ selfSigned: true, names: ["x.local"], from: -3, until: -1 });
		assert.deepEqual(await attempt(t, { identity }, { fingerprint: identity.fingerprint }), accepted);
	});

	test("any other than the pinned one: nothing is sent", async (t) => {
		const fingerprint = (await authority.issue()).fingerprint;
		assert.deepEqual(await attempt(t, {}, { fingerprint }), refused("certificate is not the pinned one"));
		assert.deepEqual(await attempt(t, {}, { fingerprint: "" }), refused("certificate is not the pinned one"));
	});

	test("a server that speaks TLS 1.1 at most: nothing is sent", async (t) => {
		assert.deepEqual(
			await attempt(t, { maxVersion: "TLSv1.1" }, own),
			refused("no TLS version or cipher suite in common"),
		);
		assert.deepEqual(await attempt(t, { maxVersion: "TLSv1.2" }, own), accepted);
	});

	test("a server that speaks plain HTTP: nothing is sent", async (t) => {
		const served = await serveRaw(t, (socket) =>
			socket.on("data", (bytes) => {
				served.bodies.push(bytes.toString("latin1"));
				socket.end("HTTP/1.1 204 No Content\r\n\r\n");
			}),
		);
		const result = await poster(t).post({ ...served, secure: true, trust: own });
		assert.deepEqual(result, failed("broken TLS from the peer"));
		assert.ok(!served.bodies.join("").includes("POST"));
	});

	test("a handshake cut anywhere is an error", async (t) => {
		const served = await serveRaw(t, (socket) => socket.once("data", () => socket.destroy()));
		const result = await poster(t).post({ ...served, secure: true, trust: own });
		assert.deepEqual(result, failed("the connection was cut"));
	});

	test("a CA that is none: nothing is sent", async (t) => {
		const ca = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
		assert.deepEqual(await attempt(t, {}, { ca }), refused("certificate not issued by the CA"));
	});
});
