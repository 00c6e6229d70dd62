import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Endpoint, SocketHandler, Trust } from "../../../hosts/host";
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
		httpsPort: 443,
		maxConnections: 4,
		clock: time,
		timers: time,
		address: () => undefined,
		onListening: () => {},
		onException: (error) => problems.push((error as Error).message),
	});
	/** Connects, and logs what is told: the bytes in letters, the end as `end` and its reason. */
	const connect = (
		endpoint: Partial<Endpoint> = {},
		trust: Trust = {},
		more: Partial<SocketHandler> = {},
	) => {
		const log: string[] = [];
		const stream = network.connect(
			{
				endpoint: { secure: false, host: "db.lan", port: 8086, path: "", ...endpoint },
				trust,
				allowAddress: (address: string) => address.startsWith("192."),
			},
			{
				onWritable: (count) => log.push(`writable ${count}`),
				onReadable(count) {
					const bytes = stream.read(count);
					log.push(new TextDecoder().decode(bytes));
				},
				onError: (reason) => log.push(`end ${reason}`),
				...more,
			},
		);
		assert.equal(log.length, 0, "before the return");
		time.advance(0);
		return { log, stream, tcp: io.dialed.at(-1) };
	};
	const resolvesTo = (address: string | undefined) => {
		answer = address;
	};
	return { time, io, tls, problems, names, network, connect, resolvesTo };
}

function say(tcp: FakeTcp | undefined, text: string): void {
	tcp?.arrive(...new TextEncoder().encode(text));
}

describe("a connection that the device makes", () => {
	test("is there when it can be written to, and carries bytes both ways", () => {
		const { time, connect } = setUp();
		const { log, stream, tcp } = connect();
		tcp?.drain(10);
		assert.equal(stream.write(new TextEncoder().encode("hello")), 1_000);
		say(tcp, "hi");
		assert.deepEqual(log, ["writable 10", "hi"]);
		assert.deepEqual(tcp?.written, [...new TextEncoder().encode("hello")]);
		stream.close();
		stream.close();
		time.advance(1_000);
		assert.ok(tcp?.closed);
		assert.equal(time.pending, 0);
	});

	test("asks whether the address that the name stands for is allowed, and connects to no other", () => {
		const { io, names, connect } = setUp();
		const inside = connect();
		assert.deepEqual(names, ["db.lan"]);
		assert.deepEqual([inside.tcp?.remoteAddress, inside.tcp?.port], ["192.0.2.7", 8086]);
		assert.deepEqual(connect({ host: "8.8.8.8" }).log, ["end the address 8.8.8.8 is outside the home"]);
		assert.equal(io.dialed.length, 1);
	});

	test("asks again each time: a name that moves outside later is not followed there (DNS rebinding)", () => {
		const { io, resolvesTo, connect } = setUp();
		assert.ok(connect().tcp);
		resolvesTo("8.8.8.8");
		assert.deepEqual(connect().log, ["end the address 8.8.8.8 is outside the home"]);
		assert.equal(io.dialed.length, 1);
	});

	test("says why it did not come about, or has ended", () => {
		const { time, resolvesTo, connect } = setUp();
		const refused = connect();
		refused.tcp?.vanish();
		const ended = connect();
		ended.tcp?.drain(1_000);
		ended.tcp?.vanish();
		const unspoken = connect({ host: "2001:db8::1" });
		const untrusted = connect({ secure: true });
		resolvesTo(undefined);
		const unknown = connect();
		assert.deepEqual(
			[refused, ended, unspoken, untrusted, unknown].map(({ log }) => log.at(-1)),
			[
				"end no connection",
				"end undefined",
				"end IPv6 is not spoken here",
				"end no CA: set ca or fingerprint",
				"end the name is not known",
			],
		);
		time.advance(1_000);
		assert.equal(time.pending, 0);
	});

	test("is silent once it is closed, also while it is tried", () => {
		const { time, connect } = setUp();
		const { log, stream, tcp } = connect();
		stream.close();
		tcp?.drain(1_000);
		say(tcp, "hi");
		time.advance(20_000);
		assert.deepEqual(log, []);
		assert.ok(tcp?.closed);
		assert.equal(stream.read(1), undefined);
		assert.equal(stream.write(new Uint8Array(1)), 0);
	});

	test("an exception of the firmware is told and ends it", () => {
		const { time, problems, connect } = setUp();
		const { log, tcp } = connect(
			{},
			{},
			{
				onWritable() {
					throw new Error("oops");
				},
			},
		);
		tcp?.drain(1_000);
		assert.deepEqual(problems, ["oops"]);
		assert.deepEqual(log, ["end it failed"]);
		time.advance(1_000);
		assert.ok(tcp?.closed);
		assert.equal(time.pending, 0);
	});
});

type Connection = ReturnType<ReturnType<typeof setUp>["connect"]>;

describe("over TLS", () => {
	test("it names the server and whom to trust, and resumes the session the next time", () => {
		const { time, tls, connect } = setUp();
		const trust = { fingerprint: PIN };
		for (let i = 0; i < 2; i++) {
			const { log, stream, tcp } = connect({ secure: true, port: 443 }, trust);
			tcp?.drain(1_000);
			tcp?.arrive(H);
			time.advance(0);
			for (const letter of "taken") {
				say(tcp, letter);
				time.advance(0);
			}
			assert.deepEqual(log.filter((entry) => entry.length === 1).join(""), "taken");
			stream.close();
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

	test("it waits for one of the two TLS connections, and gives it back", () => {
		const { time, tls, connect } = setUp();
		const all = [1, 2, 3].map(() => {
			const one = connect({ secure: true }, { fingerprint: PIN });
			one.tcp?.drain(1_000);
			one.tcp?.arrive(H);
			time.advance(0);
			return one;
		});
		assert.equal(tls.clients.length, 2);
		all[0]?.stream.close();
		all[0]?.tcp?.drain(1_000);
		time.advance(1_000);
		assert.equal(tls.clients.length, 3);
	});

	for (const [how, end] of [
		["is done", ({ tcp }: Connection) => tcp?.arrive(H)],
		["fails", ({ tcp }: Connection) => tcp?.vanish()],
		["is given up", ({ stream }: Connection) => stream.close()],
	] as const)
		test(`a handshake waits for the one before, until that ${how}`, () => {
			const { time, tls, connect } = setUp();
			const first = connect({ secure: true }, { fingerprint: PIN });
			first.tcp?.drain(1_000);
			connect({ secure: true }, { fingerprint: PIN });
			time.advance(5_000);
			assert.equal(tls.clients.length, 1);
			end(first);
			time.advance(6_000);
			assert.equal(tls.clients.length, 2);
		});

	test("one that nobody waits for any more leaves its turn to the next", () => {
		const { time, tls, connect } = setUp();
		const all = [1, 2].map(() => connect({ secure: true }, { fingerprint: PIN }));
		all[1]?.stream.close();
		connect({ secure: true }, { fingerprint: PIN });
		all[0]?.tcp?.vanish();
		time.advance(0);
		assert.equal(tls.clients.length, 2);
		time.advance(20_000);
		assert.equal(tls.clients.length, 2);
	});

	test("a server that does not speak it is told as that", () => {
		const { connect } = setUp();
		const { log, tcp } = connect({ secure: true }, { fingerprint: PIN });
		tcp?.drain(1_000);
		// The first of its bytes, which this test's TLS calls broken, begins no record of TLS.
		say(tcp, "!");
		assert.deepEqual(log, ["end TLS is not spoken there"]);
	});

	for (const [how, end] of [
		["closes", (tcp: FakeTcp | undefined) => say(tcp, "c")],
		["vanishes", (tcp: FakeTcp | undefined) => tcp?.vanish()],
	] as const)
		test(`when the server ${how} its end is told after all that came before has been read`, () => {
			const { time, connect } = setUp();
			const { log, stream, tcp } = connect({ secure: true }, { fingerprint: PIN }, { onReadable() {} });
			tcp?.drain(1_000);
			say(tcp, "hx");
			time.advance(0);
			end(tcp);
			time.advance(0);
			tcp?.drain(1_000);
			assert.ok(!log.some((entry) => entry.startsWith("end")), log.join());
			assert.deepEqual(stream.read(10), new TextEncoder().encode("x"));
			time.advance(0);
			assert.match(log.at(-1) ?? "", /^end (undefined|the connection was cut)$/);
		});
});
