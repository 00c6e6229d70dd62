import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Socket } from "../../../hosts/host";
import { ModdableNetwork } from "../../../hosts/moddable/network";
import { FakeTime } from "../../fakes/host";
import { FakeIo, type FakeTcp, noName } from "./fake-io";
import { FakeTls } from "./fake-tls";

const [H, A, B, C, BROKEN] = [..."hABc!"].map((letter) => letter.charCodeAt(0)) as [
	number,
	number,
	number,
	number,
	number,
];

function setUp(onReadable: (socket: Socket, count: number) => void = () => {}) {
	const time = new FakeTime();
	const io = new FakeIo();
	const tls = new FakeTls();
	const log: string[] = [];
	const sockets: Socket[] = [];
	const network = new ModdableNetwork({
		io,
		tls,
		resolve: noName,
		port: 80,
		httpsPort: 443,
		maxConnections: 4,
		clock: time,
		timers: time,
		address: () => "192.0.2.16",
		onListening: (port, secure) => log.push(`open ${port} ${secure}`),
		onException: (error) => log.push(`exception ${(error as Error).message}`),
	});
	const listener = network.listen({
		identity: new Uint8Array(1),
		onListening: () => {},
		onConnection: (socket) => {
			const number = sockets.push(socket);
			log.push(`connection ${number}`);
			socket.accept({
				onReadable: (count) => {
					log.push(`readable ${count}`);
					onReadable(socket, count);
				},
				onWritable: (count) => log.push(`writable ${count}`),
				onError: () => log.push(`error ${number}`),
			});
		},
		onError: (message) => log.push(message),
	});
	time.advance(0);
	/** A client that has connected, and its handshake. */
	const connect = (...bytes: number[]): FakeTcp => connectFrom("192.0.2.1", ...bytes);
	const connectFrom = (address: string, ...bytes: number[]): FakeTcp => {
		const tcp = io.connectFrom(address)[0] as FakeTcp;
		tcp.drain(1_000);
		if (bytes.length > 0) tcp.arrive(...bytes);
		time.advance(0);
		return tcp;
	};
	/** Handshakes from here on go as many steps as they are told to, and not to their end. */
	const stall = () => {
		tls.serve = () => {
			const session = FakeTls.prototype.serve.call(tls);
			session.step = () => (session.steps > 0 ? session.steps-- : 0);
			return session;
		};
	};
	return { time, io, tls, log, sockets, network, listener, connect, connectFrom, stall };
}

describe("TLS over sockets", () => {
	test("hands a connection on after its handshake, and what is said in it", () => {
		const { log, connect } = setUp((socket) => {
			assert.deepEqual([...(socket.read(9) ?? [])], [A]);
			assert.equal(socket.write(new Uint8Array([B])), 8);
		});
		const tcp = connect(H);
		assert.deepEqual(log, ["open 443 true", "connection 1", "writable 8"]);
		tcp.arrive(A);
		assert.deepEqual(tcp.written, [H, B]);
	});

	test("costs no session before the client has spoken", () => {
		const { tls, connect } = setUp();
		connect();
		assert.equal(tls.sessions.length, 0);
	});

	test("ends silent connections after 15 s, and the oldest of more than four at once", () => {
		const { time, connect } = setUp();
		const silent = Array.from({ length: 5 }, () => connect());
		assert.deepEqual(
			silent.map(({ closed }) => closed),
			[true, false, false, false, false],
		);
		time.advance(15_000);
		assert.ok(silent.every(({ closed }) => closed));
		assert.equal(time.pending, 0);
	});

	test("ends a handshake that takes more than 10 s, and gives its memory back", () => {
		const { time, tls, log, connect, stall } = setUp();
		stall();
		const tcp = connect(A);
		time.advance(9_999);
		assert.equal(tls.sessions[0]?.freed, 0);
		time.advance(200);
		assert.equal(tls.sessions[0]?.freed, 1);
		assert.ok(tcp.closed);
		assert.ok(!log.includes("connection 1"));
		assert.equal(time.pending, 0);
	});

	test("gives up a handshake that has stalled for 3 s when another waits, and the oldest first", () => {
		const { time, tls, connect, stall } = setUp();
		stall();
		connect(A);
		time.advance(1_000);
		connect(A);
		time.advance(3_000);
		assert.deepEqual(
			tls.sessions.map(({ freed }) => freed),
			[0, 0],
		);
		connect(A);
		assert.deepEqual(
			tls.sessions.map(({ freed }) => freed),
			[1, 0, 0],
		);
	});

	test("gives up a handshake as soon as it has stalled when another waits already", () => {
		const { time, tls, connect, stall } = setUp();
		stall();
		connect(A);
		connect(A);
		connect(A);
		time.advance(2_999);
		assert.equal(tls.sessions.length, 2);
		time.advance(1);
		assert.equal(tls.sessions[0]?.freed, 1);
		assert.equal(tls.sessions.length, 3);
	});

	test("gives up no handshake that goes on, however slowly, before its 10 s are over", () => {
		const { time, tls, connect, stall } = setUp();
		stall();
		const clients = [connect(A), connect(A)];
		connect(A);
		for (let passed = 0; passed < 8_000; passed += 2_000) {
			time.advance(2_000);
			for (const [i, client] of clients.entries()) {
				tls.sessions[i]!.steps = 1;
				client.arrive(A);
			}
		}
		assert.equal(tls.sessions.length, 2);
		time.advance(2_000);
		assert.equal(tls.sessions[0]?.freed, 1);
		assert.equal(tls.sessions.length, 3);
	});

	test("bytes that take a handshake no further do not keep it alive", () => {
		const { time, tls, connect, stall } = setUp();
		stall();
		const clients = [connect(A), connect(A)];
		connect(A);
		for (let passed = 0; passed < 3_000; passed += 500) {
			time.advance(500);
			for (const client of clients) client.arrive(A);
		}
		assert.equal(tls.sessions[0]?.freed, 1);
	});

	test("lets nobody be driven out by a neighbour who comes again and again", () => {
		const { tls, time, connectFrom, stall } = setUp();
		stall();
		for (let i = 0; i < 5; i++) connectFrom("192.0.2.66", A);
		const owner = connectFrom("192.0.2.1", A);
		for (let i = 0; i < 20; i++) connectFrom("192.0.2.66", A);
		assert.ok(!owner.closed);
		tls.serve = FakeTls.prototype.serve;
		owner.waiting = [H];
		time.advance(3_000);
		assert.deepEqual(owner.written, [H]);
	});

	test("gives a slot to whom has none first, then in the order of coming", () => {
		const { time, sockets, tls, connectFrom } = setUp();
		connectFrom("192.0.2.66", H);
		connectFrom("192.0.2.66", H);
		const waiting = ["192.0.2.66", "192.0.2.1", "192.0.2.2"].map((address) => connectFrom(address, H));
		const served = () => waiting.map(({ written }) => written.length);
		sockets[0]?.close();
		time.advance(200);
		assert.deepEqual(served(), [0, 1, 0]);
		sockets[1]?.close();
		time.advance(200);
		assert.deepEqual(served(), [1, 1, 0]);
		assert.equal(tls.sessions.length, 4);
	});

	test("takes one step of a handshake in a turn of the timer", () => {
		const { time, tls, connect } = setUp();
		const tcp = connect();
		tls.serve = () => {
			const session = FakeTls.prototype.serve.call(tls);
			session.step = () => {
				session.steps++;
				return session.steps < 5 ? 1 : 0;
			};
			return session;
		};
		const turns: number[] = [];
		tcp.arrive(A);
		time.once(() => turns.push(tls.sessions[0]?.steps ?? 0), 0);
		time.advance(0);
		assert.ok((turns[0] as number) < 3, `${turns}`);
		assert.equal(tls.sessions[0]?.steps, 5);
	});

	test("reads on when a step has made room, as TCP announces what has arrived only once", () => {
		const { time, tls, connect } = setUp();
		let queue = 0;
		let taken = 0;
		let steps = 0;
		tls.serve = () => {
			const session = FakeTls.prototype.serve.call(tls);
			Object.defineProperty(session, "room", { get: () => 16 - queue });
			session.receive = ({ length }) => {
				queue += length;
				return length;
			};
			// A message of the handshake, then a record that is longer than what there is room for.
			session.step = () => {
				if (steps++ === 0) return 1;
				taken += queue;
				queue = 0;
				return 0;
			};
			return session;
		};
		connect(...Array.from({ length: 40 }, () => A));
		time.advance(0);
		assert.equal(taken, 40);
	});

	test("lets a third connection wait until one has gone", () => {
		const { time, tls, sockets, connect } = setUp();
		connect(H);
		connect(H);
		const third = connect(H);
		assert.equal(tls.sessions.length, 2);
		assert.deepEqual(third.written, []);
		sockets[0]?.close();
		time.advance(200);
		assert.equal(tls.sessions.length, 3);
		assert.deepEqual(third.written, [H]);
	});

	test("makes room for it with one whose request has been answered", () => {
		const { time, log, connect } = setUp((socket) => {
			socket.read(9);
			socket.write(new Uint8Array([B]));
		});
		const first = connect(H, A);
		connect(H);
		first.drain(1_000);
		time.advance(0);
		const third = connect(H);
		time.advance(200);
		assert.deepEqual(third.written, [H]);
		assert.ok(log.includes("error 1"));
		assert.ok(first.closed);
	});

	test("says close_notify after what was written, then closes and frees", () => {
		const { time, tls, sockets, connect } = setUp();
		const tcp = connect(H);
		sockets[0]?.write(new Uint8Array([A, B]));
		sockets[0]?.close();
		sockets[0]?.close();
		time.advance(0);
		assert.deepEqual(tcp.written, [H, A, B, C]);
		assert.equal(tls.sessions[0]?.freed, 1);
		time.advance(200);
		assert.ok(tcp.closed);
		assert.equal(time.pending, 0);
	});

	test("holds what the session has no room for, and writes it before it closes", () => {
		const { time, tls, sockets, connect } = setUp();
		const tcp = connect(H);
		const session = tls.sessions[0]!;
		session.writable = 1;
		assert.equal(sockets[0]?.write(new Uint8Array([A, B])), 0);
		sockets[0]?.close();
		session.writable = 0;
		time.advance(0);
		assert.deepEqual(tcp.written, [H, A]);
		session.writable = 8;
		tcp.drain(1_000);
		assert.deepEqual(tcp.written, [H, A, B, C]);
	});

	test("gives up closing after 5 s when the client takes nothing", () => {
		const { time, tls, sockets, connect } = setUp();
		const tcp = connect(H);
		tcp.write = () => 0;
		sockets[0]?.write(new Uint8Array([A]));
		sockets[0]?.close();
		time.advance(5_000);
		assert.equal(tls.sessions[0]?.freed, 1);
	});

	test("takes an end without close_notify for an error, after what came before it was read", () => {
		const { time, tls, log, connect } = setUp((socket) => socket.read(1));
		const tcp = connect(H);
		tcp.arrive(A, B);
		tcp.vanish();
		time.advance(0);
		assert.deepEqual(log.slice(2), ["writable 8", "readable 1", "readable 1", "error 1"]);
		assert.equal(tls.sessions[0]?.freed, 1);
	});

	test("ends with the client's close_notify, after what was to be sent", () => {
		const { time, tls, log, connect } = setUp((socket) => {
			socket.read(1);
			socket.write(new Uint8Array([B]));
		});
		const tcp = connect(H);
		tcp.arrive(A, C);
		tcp.drain(1_000);
		time.advance(200);
		assert.deepEqual(tcp.written, [H, B]);
		assert.ok(log.includes("error 1"));
		assert.equal(tls.sessions[0]?.freed, 1);
	});

	test("delivers the alert when TLS is broken", () => {
		const { time, tls, log, connect } = setUp();
		const tcp = connect(H);
		tcp.arrive(BROKEN);
		time.advance(200);
		assert.deepEqual(tcp.written, [H, BROKEN]);
		assert.ok(log.includes("error 1"));
		assert.equal(tls.sessions[0]?.freed, 1);
	});

	test("an exception of the firmware costs the connection, and nothing else", () => {
		const { time, tls, log, connect } = setUp(() => {
			throw new Error("oops");
		});
		const tcp = connect(H);
		tcp.arrive(A);
		time.advance(200);
		assert.ok(log.includes("exception oops"));
		assert.equal(tls.sessions[0]?.freed, 1);
		assert.ok(tcp.closed);
		connect(H);
		assert.ok(log.includes("connection 2"));
	});

	test("a closed port ends what has not begun, and lets the others live on", () => {
		const { time, tls, listener, connect } = setUp();
		const [open, second, silent, waiting] = [connect(H), connect(H), connect(), connect(H)];
		listener.close();
		time.advance(0);
		assert.deepEqual(
			[open, second, silent, waiting].map(({ closed }) => closed),
			[false, false, true, true],
		);
		assert.equal(tls.sessions.length, 2);
	});

	test("makes an identity after the return, with the device's address", () => {
		const { time, network } = setUp();
		const made: string[] = [];
		network.createIdentity("10000fb38278", (identity) => made.push(new TextDecoder().decode(identity)));
		assert.deepEqual(made, []);
		time.advance(0);
		assert.deepEqual(made, [`10000fb38278 192.0.2.16 ${time.now()} undefined`]);
		time.synced = false;
		const renewed: string[] = [];
		network.createIdentity(
			"10000fb38278",
			(identity) => renewed.push(new TextDecoder().decode(identity)),
			new Uint8Array(7),
		);
		time.advance(0);
		assert.deepEqual(renewed, ["10000fb38278 192.0.2.16 undefined 7"]);
	});

	test("asks whether an authority is of use, with the time once the clock is right", () => {
		const { time, network } = setUp();
		assert.equal(network.checkTrust({ ca: "usable" }), undefined);
		assert.equal(network.checkTrust({ fingerprint: "00" }), undefined);
		assert.equal(network.checkTrust({ ca: "this" }), `this is of no use at ${time.now()}`);
		time.synced = false;
		assert.equal(network.checkTrust({ ca: "this" }), "this is of no use at undefined");
	});
});
