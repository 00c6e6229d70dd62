import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SocketHandler } from "../../../hosts/host";
import { Connection } from "../../../hosts/moddable/connection";
import { FakeTime } from "../../fakes/host";
import { FakeTcp } from "./fake-io";

function setUp(handler: Partial<SocketHandler> = {}) {
	const time = new FakeTime();
	const log: string[] = [];
	const raw = new FakeTcp();
	const connection = new Connection(raw, {
		io: { Tcp: FakeTcp, Listener: undefined as never },
		timers: time,
		onClosing: () => log.push("closing"),
		onGone: () => log.push("gone"),
		onException: (error) => log.push(`exception ${(error as Error).message}`),
	});
	connection.accept({
		onReadable: (count) => log.push(`readable ${count}`),
		onWritable: (count) => log.push(`writable ${count}`),
		onError: () => log.push("error"),
		...handler,
	});
	return { time, log, connection, tcp: raw.heir as FakeTcp };
}

describe("a connection over the SDK's socket", () => {
	test("hands on what can be read and written", () => {
		const { tcp, log, connection } = setUp();
		tcp.drain(1_536);
		tcp.arrive(1, 2, 3);
		assert.deepEqual(log, ["writable 1536", "readable 3"]);
		assert.equal(connection.write(new Uint8Array([7, 8])), 1_000);
		assert.deepEqual(tcp.written, [7, 8]);
	});

	test("reads no more than has arrived, which would throw", () => {
		const { tcp, connection } = setUp();
		assert.equal(connection.read(10), undefined);
		tcp.arrive(1, 2, 3);
		assert.deepEqual([...connection.read(2)!], [1, 2]);
		assert.deepEqual([...connection.read(10)!], [3]);
		assert.equal(connection.read(10), undefined);
	});

	test("takes a failing write for nothing that may be written (Moddable #1410)", () => {
		const { tcp, log, connection } = setUp();
		tcp.broken = true;
		assert.equal(connection.write(new Uint8Array([1])), 0);
		tcp.vanish();
		assert.deepEqual(log, ["gone", "error"]);
	});

	test("throws when the client is gone before it is accepted", () => {
		const raw = new FakeTcp();
		raw.broken = true;
		const nothing = () => {};
		const connection = new Connection(raw, {
			io: { Tcp: FakeTcp, Listener: undefined as never },
			timers: new FakeTime(),
			onClosing: nothing,
			onGone: nothing,
			onException: nothing,
		});
		assert.throws(() => connection.accept({ onReadable() {}, onWritable() {}, onError() {} }));
		connection.close();
		assert.equal(raw.closed, true);
	});

	test("ends with an error when its handler throws", () => {
		const { tcp, log } = setUp({
			onReadable: () => {
				throw new Error("oops");
			},
		});
		tcp.arrive(1);
		assert.deepEqual(log, ["exception oops", "gone", "error"]);
		assert.equal(tcp.closed, true);
	});

	test("lets no exception out of any callback", () => {
		const fail = () => {
			throw new Error("oops");
		};
		const { tcp } = setUp({ onReadable: fail, onWritable: fail, onError: fail });
		tcp.drain(1);
		tcp.arrive(1);
		tcp.vanish();
		assert.equal(tcp.closed, true);
	});

	test("ends a closed connection only when the client is quiet, so that the answer is not lost", () => {
		const { tcp, time, log, connection } = setUp();
		connection.write(new Uint8Array([1]));
		connection.close();
		time.advance(90);
		tcp.arrive(1, 2);
		time.advance(90);
		assert.equal(tcp.closed, false);
		time.advance(30);
		assert.equal(tcp.closed, true);
		assert.equal(tcp.waiting.length, 0);
		assert.deepEqual(log, ["closing", "gone"]);
		assert.equal(time.pending, 0);
	});

	test("takes what waits unread off the wire when it is closed", () => {
		const { tcp, connection } = setUp();
		tcp.arrive(1, 2, 3);
		connection.read(1);
		connection.close();
		assert.equal(tcp.waiting.length, 0);
	});

	test("ends a connection at once that has nothing to send", () => {
		const { tcp, time, connection } = setUp();
		connection.write(new Uint8Array([1]));
		tcp.drain(1_000);
		tcp.arrive(1);
		connection.close();
		assert.equal(tcp.closed, true);
		assert.equal(tcp.waiting.length, 0);
		assert.equal(time.pending, 0);
	});

	test("ends a closed connection whose client goes on sending", () => {
		const { tcp, time, connection } = setUp();
		connection.write(new Uint8Array([1]));
		connection.close();
		for (let ms = 0; ms < 1_000; ms += 50) {
			tcp.arrive(1);
			time.advance(50);
		}
		assert.equal(tcp.closed, true);
	});

	test("tells nothing after it was closed", () => {
		const { tcp, time, log, connection } = setUp();
		connection.write(new Uint8Array([1]));
		connection.close();
		tcp.arrive(1);
		tcp.drain(1);
		tcp.vanish();
		tcp.arrive(1);
		tcp.drain(1);
		connection.close();
		time.advance(5_000);
		assert.deepEqual(log, ["closing", "gone"]);
		assert.equal(connection.write(new Uint8Array(1)), 0);
		assert.equal(connection.read(1), undefined);
		assert.equal(time.pending, 0);
	});

	test("may be closed by its handler in the middle of an event", () => {
		const { tcp, log, connection } = setUp({ onWritable: () => connection.destroy() });
		tcp.drain(1);
		tcp.arrive(1);
		assert.deepEqual(log, ["gone"]);
	});
});
