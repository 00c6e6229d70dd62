import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Connect } from "../../../hosts/host";
import { READ_CHUNK, SERVER_TURN } from "../../../modules/limits";
import { ClientConnection } from "../../../modules/net/client-connection";
import { FakeHost } from "../../fakes/host";
import { FakeLink } from "../../fakes/server";

const TO: Connect = {
	endpoint: { secure: false, host: "192.168.1.5", port: 80, path: "" },
	trust: {},
	allowAddress: () => true,
};

function setUp() {
	const { network } = new FakeHost();
	let link!: FakeLink;
	network.connect = (to, handler) => {
		link = new FakeLink(to, handler);
		return link;
	};
	const heard: Uint8Array[] = [];
	const ends: (string | undefined)[] = [];
	const handler = {
		onBytes: (bytes: Uint8Array): void => void heard.push(bytes),
		onEnd: (reason: string | undefined) => void ends.push(reason),
	};
	const connection = new ClientConnection(network, TO, handler);
	const count = () => heard.reduce((sum, { length }) => sum + length, 0);
	return { time: network.timers, link, connection, handler, heard, ends, count };
}

describe("what arrives", () => {
	test("is handed on a bounded number of bytes a turn, with turns of others in between, in order and whole", () => {
		const { time, link, heard, count } = setUp();
		link.drain();
		const sent = Uint8Array.from({ length: 20_000 }, (_, i) => i & 255);
		const turns: number[] = [];
		link.say(sent);
		for (turns.push(count()); count() < sent.length; turns.push(count())) {
			let others = 0;
			time.once(() => others++, 0);
			time.advance(0);
			assert.equal(others, 1);
		}
		assert.ok(turns[0]! <= SERVER_TURN);
		assert.ok(heard.every(({ length }) => length <= READ_CHUNK));
		assert.deepEqual(Buffer.concat(heard), Buffer.from(sent));
		time.advance(0);
		assert.equal(time.pending, 0);
	});

	test("goes no faster when more is announced meanwhile", () => {
		const { link, count } = setUp();
		link.drain();
		for (let i = 0; i < 20; i++) link.say(new Uint8Array(10_000));
		assert.equal(count(), SERVER_TURN);
	});

	test("is not handed on after the end, also from within", () => {
		const { time, link, connection, handler, heard } = setUp();
		link.drain();
		handler.onBytes = (bytes) => {
			heard.push(bytes);
			connection.close();
		};
		link.say(new Uint8Array(20_000));
		time.advance(10);
		assert.equal(heard.length, 1);
		assert.ok(link.closed);
		assert.equal(time.pending, 0);
	});
});

describe("what is sent", () => {
	test("waits for the connection, and then leaves as it takes it, in order", () => {
		const { link, connection } = setUp();
		connection.send(new TextEncoder().encode("hello "));
		connection.send(new TextEncoder().encode("world"));
		assert.equal(link.received.length, 0);
		link.drain(4);
		assert.equal(link.received.toString(), "hell");
		for (let i = 0; i < 10; i++) link.drain(1);
		assert.equal(link.received.toString(), "hello world");
	});
});

test("an end is told once, and nothing after a close", () => {
	const first = setUp();
	first.link.drain();
	first.link.end("it failed");
	first.connection.close();
	assert.deepEqual(first.ends, ["it failed"]);
	const second = setUp();
	second.connection.close();
	second.connection.close();
	assert.deepEqual(second.ends, []);
	assert.ok(second.link.closed);
});
