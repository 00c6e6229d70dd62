import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Endpoint, GetRequest, MqttOptions, PostRequest, PostResult, Trust } from "../../../hosts/host";
import { ModdableNetwork } from "../../../hosts/moddable/network";
import { FakeTime } from "../../fakes/host";
import { FakeIo, type FakeTcp } from "./fake-io";
import { FakeTls } from "./fake-tls";

const H = "h".charCodeAt(0);
const PIN = "ab".repeat(32);

function setUp() {
	const time = new FakeTime();
	const io = new FakeIo();
	const tls = new FakeTls();
	const problems: string[] = [];
	const names: string[] = [];
	let answer: string | undefined = "192.0.2.7";
	const network = new ModdableNetwork({
		io,
		tls,
		resolve: (name, done) => {
			names.push(name);
			done(answer);
		},
		port: 80,
		maxConnections: 4,
		clock: time,
		timers: time,
		address: () => undefined,
		onListening: () => {},
		onException: (error) => problems.push((error as Error).message),
	});
	const connect = (endpoint: Partial<Endpoint> = {}, trust: Trust = {}) => ({
		endpoint: { secure: false, host: "db.lan", port: 8086, path: "", ...endpoint },
		trust,
		allowAddress: (address: string) => address.startsWith("192."),
	});
	const post = (endpoint?: Partial<Endpoint>, trust?: Trust, more: Partial<PostRequest> = {}) => {
		const results: PostResult[] = [];
		const cancel = network.post(
			{
				...connect(endpoint, trust),
				target: "/write",
				headers: { Authorization: "Token x" },
				body: new TextEncoder().encode("a b=1"),
				timeout: 15_000,
				...more,
			},
			(result) => results.push(result),
		);
		assert.deepEqual(results, [], "before the return");
		time.advance(0);
		return { results, cancel, tcp: io.dialed.at(-1) };
	};
	const resolvesTo = (address: string | undefined) => {
		answer = address;
	};
	return { time, io, tls, problems, names, network, connect, post, resolvesTo };
}

function say(tcp: FakeTcp | undefined, text: string): void {
	tcp?.arrive(...new TextEncoder().encode(text));
}

function heard(tcp: FakeTcp | undefined): string {
	return new TextDecoder().decode(new Uint8Array(tcp?.written ?? []));
}

describe("a POST", () => {
	test("is sent as the socket takes it, and its answer read", () => {
		const { time, post } = setUp();
		const { results, tcp } = post();
		tcp?.drain(10);
		assert.equal(
			heard(tcp),
			"POST /write HTTP/1.1\r\nHost: db.lan:8086\r\nConnection: close\r\nAuthorization: Token x\r\nContent-Length: 5\r\n\r\na b=1",
		);
		say(tcp, "HTTP/1.1 429 No\r\nRetry-After: 9\r\nContent-Length: 2\r\n\r\nno");
		assert.deepEqual(results, [{ status: 429, retryAfter: "9", body: "no" }]);
		time.advance(1_000);
		assert.ok(tcp?.closed);
		assert.equal(time.pending, 0);
	});

	test("keeps 512 bytes of an answer's body and hangs up", () => {
		const { post } = setUp();
		const { results, tcp } = post();
		tcp?.drain(1_000);
		say(tcp, `HTTP/1.1 400 No\r\n\r\n${"x".repeat(2_000)}`);
		assert.deepEqual(results, [{ status: 400, retryAfter: undefined, body: "x".repeat(512) }]);
	});

	test("asks whether the address that the name stands for is allowed, and connects to no other", () => {
		const { io, names, post } = setUp();
		const inside = post();
		assert.deepEqual(names, ["db.lan"]);
		assert.deepEqual([inside.tcp?.remoteAddress, inside.tcp?.port], ["192.0.2.7", 8086]);
		const outside = post({ host: "8.8.8.8" });
		assert.deepEqual(outside.results, [
			{ status: undefined, error: "the address 8.8.8.8 is outside the home" },
		]);
		assert.equal(io.dialed.length, 1);
	});

	test("asks again at each connection: a name that moves outside later is not followed there (DNS rebinding)", () => {
		const { io, resolvesTo, post } = setUp();
		const before = post();
		assert.ok(before.tcp);
		resolvesTo("8.8.8.8");
		assert.deepEqual(post().results, [
			{ status: undefined, error: "the address 8.8.8.8 is outside the home" },
		]);
		assert.equal(io.dialed.length, 1);
	});

	test("a redirect is an answer like any other, and nothing is sent after it", () => {
		const { io, post } = setUp();
		const { results, tcp } = post();
		tcp?.drain(1_000);
		say(tcp, "HTTP/1.1 307 No\r\nLocation: http://192.0.2.8/write\r\nContent-Length: 0\r\n\r\n");
		assert.deepEqual(results, [{ status: 307, retryAfter: undefined, body: "" }]);
		assert.equal(io.dialed.length, 1);
	});

	test("says what went wrong before an answer", () => {
		const { time, resolvesTo, post } = setUp();
		const reasons: (string | undefined)[] = [];
		const told = ({ results }: { results: PostResult[] }) => {
			const [result] = results;
			reasons.push(result && "error" in result ? result.error : undefined);
		};
		const refused = post();
		refused.tcp?.vanish();
		told(refused);
		const cut = post();
		cut.tcp?.drain(1_000);
		cut.tcp?.vanish();
		told(cut);
		const silent = post();
		time.advance(15_000);
		told(silent);
		told(post({ host: "2001:db8::1" }));
		told(post({ secure: true }));
		resolvesTo(undefined);
		told(post());
		assert.deepEqual(reasons, [
			"no connection",
			"the connection was cut",
			"no answer in time",
			"IPv6 is not spoken here",
			"no CA: set ca or fingerprint",
			"the name is not known",
		]);
		time.advance(1_000);
		assert.equal(time.pending, 0);
	});

	test("is silent once it is cancelled", () => {
		const { time, post } = setUp();
		const { results, cancel, tcp } = post();
		cancel();
		cancel();
		tcp?.drain(1_000);
		say(tcp, "HTTP/1.1 204 No\r\n\r\n");
		time.advance(20_000);
		assert.deepEqual(results, []);
		assert.ok(tcp?.closed);
	});

	test("over TLS names the server and whom to trust, and resumes the session the next time", () => {
		const { time, tls, post } = setUp();
		for (let i = 0; i < 2; i++) {
			const { results, tcp } = post({ secure: true, port: 443 }, { fingerprint: PIN });
			tcp?.drain(1_000);
			tcp?.arrive(H);
			time.advance(0);
			for (const letter of "HTTP/1.1 204 No\r\n\r\n") {
				say(tcp, letter);
				time.advance(0);
			}
			assert.deepEqual(results, [{ status: 204, retryAfter: undefined, body: "" }]);
			tcp?.drain(1_000);
			time.advance(1_000);
			assert.equal(tls.sessions[i]?.freed, 1);
		}
		const [first, second] = tls.clients;
		assert.equal(first?.host, "db.lan");
		assert.equal(first?.fingerprint?.length, 32);
		assert.equal(first?.resumption, undefined);
		assert.equal(second?.resumption?.byteLength, 1);
		assert.equal(time.pending, 0);
	});

	test("waits for one of the two TLS connections, and gives it back", () => {
		const { time, tls, post } = setUp();
		const all = [1, 2, 3].map(() => post({ secure: true }, { fingerprint: PIN }));
		assert.equal(tls.clients.length, 2);
		all[0]?.cancel();
		time.advance(0);
		assert.equal(tls.clients.length, 3);
	});
});

describe("a GET", () => {
	function download(more: Partial<GetRequest> = {}) {
		const it = setUp();
		const log: string[] = [];
		const end = it.network.get({
			...it.connect(),
			target: "/image",
			timeout: 30_000,
			onStatus: (status, length) => log.push(`${status} ${length}`),
			onData: (bytes) => log.push(new TextDecoder().decode(bytes)),
			onEnd: (error) => log.push(`end ${error}`),
			...more,
		});
		it.time.advance(0);
		const tcp = it.io.dialed.at(-1);
		tcp?.drain(1_000);
		return { ...it, log, end, tcp };
	}

	test("hands on status, length and bytes as they come", () => {
		const { log, tcp } = download();
		say(tcp, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab");
		say(tcp, "cd");
		assert.deepEqual(log, ["200 4", "ab", "cd", "end undefined"]);
	});

	test("ends when nothing has come for a while", () => {
		const { time, log, tcp } = download();
		time.advance(29_000);
		say(tcp, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab");
		time.advance(29_000);
		assert.deepEqual(log, ["200 4", "ab"]);
		time.advance(1_000);
		assert.deepEqual(log, ["200 4", "ab", "end no answer in time"]);
	});

	test("can be ended within its callbacks, and is silent then", () => {
		const log: string[] = [];
		const { tcp, time, end } = download({
			onStatus: () => {
				log.push("status");
				end();
			},
			onData: () => log.push("data"),
			onEnd: () => log.push("end"),
		});
		say(tcp, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd");
		time.advance(60_000);
		assert.deepEqual(log, ["status"]);
	});

	test("an exception of the firmware ends it", () => {
		const { time, tcp, problems } = download({
			onData: () => {
				throw new Error("oops");
			},
		});
		say(tcp, "HTTP/1.1 200 OK\r\n\r\nabcd");
		assert.deepEqual(problems, ["oops"]);
		time.advance(1_000);
		assert.ok(tcp?.closed);
		assert.equal(time.pending, 0);
	});
});

describe("an MQTT connection", () => {
	const ACCEPTED = [0x20, 2, 0, 0];

	function link(more: Partial<MqttOptions> = {}) {
		const it = setUp();
		const log: string[] = [];
		const open = () =>
			it.network.mqtt({
				...it.connect(),
				clientId: "a16",
				user: "me",
				password: "pw",
				keepAlive: 60,
				will: { topic: "t", payload: "off" },
				onConnected: () => log.push("connected"),
				onClosed: (error) => log.push(error),
				...more,
			});
		const connection = open();
		it.time.advance(0);
		const tcp = it.io.dialed.at(-1) as FakeTcp;
		tcp.drain(1_000);
		return { ...it, log, open, connection, tcp };
	}

	test("says who it is, with a will and a clean session (MQTT 3.1.1, 3.1)", () => {
		const { tcp, log } = link();
		const fields = [
			"\0\x04MQTT\x04\xee\0\x3c",
			"\0\x03a16",
			"\0\x01t",
			"\0\x03off",
			"\0\x02me",
			"\0\x02pw",
		].join("");
		assert.equal(String.fromCharCode(...tcp.written), `\x10${String.fromCharCode(fields.length)}${fields}`);
		tcp.arrive(...ACCEPTED);
		assert.deepEqual(log, ["connected"]);
	});

	test("publishes with QoS 1 and tells when the broker has it", () => {
		const { tcp, log, connection } = link();
		tcp.arrive(...ACCEPTED);
		tcp.written.length = 0;
		connection.publish("t", "x", true, () => log.push("has it"));
		assert.deepEqual(tcp.written, [0x33, 6, 0, 1, 0x74, 0, 1, 0x78]);
		// In pieces.
		tcp.arrive(0x40);
		tcp.arrive(2, 0);
		tcp.arrive(1, 0x40, 2, 0, 1);
		assert.deepEqual(log, ["connected", "has it"]);
	});

	test("writes a length of more than 127 bytes as it has to be (MQTT 3.1.1, 2.2.3)", () => {
		const { tcp, connection } = link();
		tcp.arrive(...ACCEPTED);
		tcp.written.length = 0;
		connection.publish("t", "x".repeat(316), false);
		assert.deepEqual(tcp.written.slice(0, 3), [0x32, 0xc1, 0x02]);
		assert.equal(tcp.written.length, 3 + 321);
	});

	test("says why a broker refuses", () => {
		const { time, tcp, log } = link();
		tcp.arrive(0x20, 2, 0, 4);
		assert.deepEqual(log, ["refused: bad user name or password"]);
		time.advance(1_000);
		assert.equal(time.pending, 0);
	});

	test("ends on what nobody asked for, and on what is not MQTT", () => {
		for (const [bytes, reason] of [
			[[0x30, 5], "the broker sends what nobody asked for"],
			[[0x48, 2], "the answer is not MQTT"],
			[[0x20, 3], "the answer is not MQTT"],
			[[0x20, 2, 0, 0, 0x20, 2, 0, 0], "the answer is not MQTT"],
		] as const) {
			const { tcp, log } = link();
			tcp.arrive(...bytes);
			assert.equal(log.at(-1), reason);
			tcp.arrive(0);
			assert.equal(log.filter((entry) => entry === reason).length, 1);
		}
	});

	test("gives up on a broker that is silent: at first after 15 s, later after a keep-alive", () => {
		const never = link();
		never.time.advance(15_000);
		assert.deepEqual(never.log, ["no answer in time"]);
		const { time, tcp, log } = link();
		tcp.arrive(...ACCEPTED);
		tcp.written.length = 0;
		time.advance(30_000);
		assert.deepEqual(tcp.written, [0xc0, 0]);
		tcp.arrive(0xd0, 0);
		time.advance(30_000);
		time.advance(30_000);
		assert.deepEqual(log, ["connected", "the broker is silent"]);
	});

	test("takes its leave, and only then lets the next one connect", () => {
		const { time, io, tcp, log, connection, open } = link();
		tcp.arrive(...ACCEPTED);
		tcp.write = () => 0;
		connection.publish("t", "x", false);
		connection.close();
		open();
		time.advance(0);
		assert.equal(io.dialed.length, 1);
		time.advance(3_000);
		assert.equal(io.dialed.length, 2);
		assert.deepEqual(log, ["connected"]);
	});

	test("sends a DISCONNECT after what was published", () => {
		const { tcp, connection } = link();
		tcp.arrive(...ACCEPTED);
		connection.publish("t", "x", false);
		connection.close();
		assert.deepEqual(tcp.written.slice(-2), [0xe0, 0]);
	});

	test("tells when it is cut", () => {
		const { tcp, log } = link();
		tcp.arrive(...ACCEPTED);
		tcp.vanish();
		assert.deepEqual(log, ["connected", "the connection was cut"]);
	});
});
