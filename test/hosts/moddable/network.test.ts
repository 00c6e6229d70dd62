import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ListenOptions, Socket } from "../../../hosts/host";
import { ModdableNetwork } from "../../../hosts/moddable/network";
import { FakeTime } from "../../fakes/host";
import { FakeIo, noName } from "./fake-io";
import { FakeTls } from "./fake-tls";

function setUp(options: Partial<ListenOptions> = {}) {
	const time = new FakeTime();
	const io = new FakeIo();
	const log: string[] = [];
	const sockets: Socket[] = [];
	let address: string | undefined = "192.0.2.16";
	const network = new ModdableNetwork({
		io,
		tls: new FakeTls(),
		resolve: noName,
		port: 80,
		httpsPort: 443,
		maxConnections: 2,
		clock: time,
		timers: time,
		address: () => address,
		onListening: (port) => log.push(`open ${port}`),
		onException: (error) => log.push(`exception ${(error as Error).message}`),
	});
	const listen = () =>
		network.listen({
			onListening: (port) => log.push(`listening ${port}`),
			onConnection: (socket) => {
				sockets.push(socket);
				socket.accept({ onReadable() {}, onWritable() {}, onError: () => log.push("error") });
			},
			onError: (message) => log.push(message),
			...options,
		});
	const move = (to: string | undefined) => {
		address = to;
	};
	return { time, io, log, sockets, network, listen, move };
}

describe("the network over sockets", () => {
	test("says that the port is open after listen has returned", () => {
		const { time, log, listen } = setUp();
		listen();
		assert.deepEqual(log, []);
		time.advance(0);
		assert.deepEqual(log, ["open 80", "listening 80"]);
	});

	test("does not say so when the listener was closed at once", () => {
		const { time, io, log, listen } = setUp();
		const listener = listen();
		listener.close();
		listener.close();
		time.advance(0);
		assert.deepEqual(log, []);
		assert.equal(io.listening?.closed, true);
	});

	test("tells when the port cannot be opened", () => {
		const { io, log, listen } = setUp();
		io.refused = true;
		listen().close();
		assert.deepEqual(log, ["port 80 could not be opened"]);
	});

	test("hands on every connection of those that came at once", () => {
		const { io, sockets, listen } = setUp();
		listen();
		io.connectFrom("192.0.2.1", 3);
		assert.equal(sockets.length, 3);
		assert.equal(sockets[0]?.remoteAddress, "192.0.2.1");
	});

	test("closes a connection that is refused with an exception, and goes on with the next", () => {
		let calls = 0;
		const { io, listen } = setUp({
			onConnection: (socket) => {
				if (calls++ === 0) throw new Error("full");
				socket.close();
			},
		});
		listen();
		const [first, second] = io.connectFrom("192.0.2.1", 2);
		assert.equal(first?.closed, true);
		assert.equal(second?.closed, true);
	});

	test("opens a port when the device has an address, and tells no problem before", () => {
		const { time, io, log, network, listen, move } = setUp();
		move(undefined);
		listen();
		time.advance(60_000);
		assert.equal(io.listening, undefined);
		move("192.0.2.16");
		network.online();
		time.advance(0);
		assert.deepEqual(log, ["open 80", "listening 80"]);
	});

	test("leaves a port open when the address changes", () => {
		const { time, io, log, network, listen } = setUp();
		listen();
		const { listening } = io;
		network.online();
		time.advance(0);
		assert.equal(io.listening, listening);
		assert.deepEqual(log, ["open 80", "listening 80"]);
	});

	test("opens no port that was closed while it waited", () => {
		const { io, network, listen, move } = setUp();
		move(undefined);
		listen().close();
		move("192.0.2.16");
		network.online();
		assert.equal(io.listening, undefined);
	});

	test("tells when a port is lost", () => {
		const { io, log, listen } = setUp();
		listen();
		io.listening?.handler.onError();
		assert.equal(log.at(-1), "port 80 was lost");
	});

	test("leaves nothing behind when it is closed", () => {
		const { time, io, log, sockets, network, listen } = setUp();
		const listener = listen();
		const clients = io.connectFrom("192.0.2.1", 2);
		sockets[0]?.write(new Uint8Array([1]));
		sockets[0]?.close();
		listener.close();
		network.close();
		assert.ok(clients.every(({ closed }) => closed));
		time.advance(0);
		assert.equal(time.pending, 0);
		assert.deepEqual(log, []);
	});
});
