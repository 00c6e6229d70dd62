import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import { describe, test } from "node:test";
import { plainAddress } from "../../../hosts/desktop/listener";
import type { Socket } from "../../../hosts/host";
import { connect, connectSecurely, echo, readAll, readBytes, serve, until } from "./loopback";

const text = (value: string) => new TextEncoder().encode(value);
const timeout = 60_000;
/** Of 8 KiB: more than the systems at both ends take together. */
const BLOCKS = 4_000;

for (const secure of [false, true]) {
	const open = (t: Parameters<typeof connect>[0], port: number) =>
		secure ? connectSecurely(t, port) : connect(t, port);

	describe(`sockets over ${secure ? "TLS" : "TCP"}`, { timeout }, () => {
		test("carry bytes both ways, unchanged", async (t) => {
			const { port, exceptions } = await serve(t, echo, secure);
			const client = await open(t, port);
			const sent = randomBytes(300_000);
			client.end(sent);
			assert.equal(await readAll(client), sent.toString("latin1"));
			assert.deepEqual(exceptions, []);
		});

		test("give bytes as plain Uint8Arrays, no more than asked for", async (t) => {
			const pieces: Uint8Array[] = [];
			const { port } = await serve(
				t,
				(socket) => ({
					onReadable(count) {
						assert.equal(count, 10);
						for (let piece = socket.read(4); piece; piece = socket.read(4)) pieces.push(piece);
						socket.write(text("done"));
					},
				}),
				secure,
			);
			const client = await open(t, port);
			client.write("0123456789");
			await readBytes(client, 4);
			assert.deepEqual(
				pieces.map((piece) => Buffer.from(piece).toString()),
				["0123", "4567", "89"],
			);
			for (const piece of pieces) assert.equal(piece.constructor, Uint8Array);
		});

		test("announce what was left unread again when more arrives", async (t) => {
			const counts: number[] = [];
			const { port } = await serve(
				t,
				(socket) => ({
					onReadable(count) {
						counts.push(count);
						if (count < 5) socket.write(text("more"));
						else socket.write(socket.read(100)!);
					},
				}),
				secure,
			);
			const client = await open(t, port);
			client.write("abc");
			await readBytes(client, 4);
			client.write("def");
			assert.equal((await readBytes(client, 6)).toString(), "abcdef");
			assert.deepEqual(counts, [3, 6]);
		});

		test("no event comes before accept has returned", async (t) => {
			const events: string[] = [];
			const { port } = await serve(
				t,
				(socket) => {
					socket.accept({
						onWritable: () => events.push("writable"),
						onReadable: () => {
							events.push("readable");
							socket.close();
						},
						onError() {},
					});
					events.push("accepted");
					return undefined;
				},
				secure,
			);
			const client = await open(t, port);
			client.end("x");
			await readAll(client);
			assert.deepEqual(events, ["accepted", "writable", "readable"]);
		});

		test("a client that reads slowly holds up the device's writing, and gets it all in the end", async (t) => {
			const block = randomBytes(8_192);
			let left = BLOCKS;
			let allowances: number[] = [];
			const { port } = await serve(
				t,
				(socket) => {
					const pump = (allowed: number) => {
						while (left > 0 && allowed >= block.length) {
							left--;
							allowed = socket.write(new Uint8Array(block));
							allowances.push(allowed);
						}
						if (left === 0) socket.close();
					};
					return { onWritable: pump };
				},
				secure,
			);
			const client = await open(t, port);
			// The system's buffers fill, then the device has to wait with much of it unsent.
			await until(() => allowances.at(-1)! < block.length);
			await new Promise((resolve) => setTimeout(resolve, 50));
			allowances = allowances.filter((allowed) => allowed < 0 || allowed > 65_536);
			assert.deepEqual(allowances, []);
			assert.ok(left > 0, "the device waits");
			assert.equal((await readAll(client)).length, BLOCKS * block.length);
			assert.equal(left, 0);
		});

		test("a device that does not read holds up the client, in little memory", async (t) => {
			let socket: Socket | undefined;
			let announced = 0;
			const { port } = await serve(
				t,
				(accepted) => {
					socket = accepted;
					return {
						onReadable: (count) => {
							announced = count;
						},
					};
				},
				secure,
			);
			const client = await open(t, port);
			const sent = 30_000_000;
			client.end(Buffer.alloc(sent));
			let waiting = client.writableLength;
			await until(() => {
				const before = waiting;
				waiting = client.writableLength;
				return announced > 0 && before === waiting;
			});
			await new Promise((resolve) => setTimeout(resolve, 50));
			assert.ok(announced < 200_000, `${announced} bytes held`);
			assert.ok(client.bytesWritten > announced && client.writableLength > 0, "the client waits");
			let received = 0;
			while (received < sent) {
				const bytes = socket!.read(100_000);
				if (bytes) received += bytes.length;
				else await new Promise((resolve) => setImmediate(resolve));
			}
			assert.equal(received, sent);
		});

		test("a client that ends its side after the request still gets its answer, later too", async (t) => {
			let lost = 0;
			const { port } = await serve(
				t,
				(socket) => ({
					onReadable() {
						socket.read(100);
						setTimeout(() => socket.write(text("late answer")), 50);
					},
					onError: () => lost++,
				}),
				secure,
			);
			const client = await open(t, port);
			client.end("request");
			assert.equal(await readAll(client), "late answer");
			assert.equal(lost, 1);
		});

		test("a client that ends its side gets a long answer whole", async (t) => {
			const answer = randomBytes(2_000_000);
			const { port } = await serve(
				t,
				(socket) => {
					let sent = 0;
					let allowed = 0;
					let asked = false;
					const pump = () => {
						while (asked && allowed > 0 && sent < answer.length) {
							const piece = answer.subarray(sent, sent + allowed);
							sent += piece.length;
							allowed = socket.write(piece);
						}
					};
					return {
						onWritable: (count) => {
							allowed = count;
							pump();
						},
						onReadable: () => {
							asked = socket.read(100) !== undefined;
							pump();
						},
					};
				},
				secure,
			);
			const client = await open(t, port);
			client.end("request");
			await new Promise((resolve) => setTimeout(resolve, 50));
			assert.equal(await readAll(client), answer.toString("latin1"));
		});

		test("a client that goes after its answer is told at once, and once", async (t) => {
			let lost = 0;
			const { port } = await serve(
				t,
				(socket) => ({
					onReadable() {
						socket.write(socket.read(100)!);
					},
					onError: () => lost++,
				}),
				secure,
			);
			const client = await open(t, port);
			client.write("x");
			await readBytes(client, 1);
			client.end();
			await readAll(client);
			assert.equal(lost, 1);
		});

		test("a client that asks nothing and goes is told", async (t) => {
			let lost = 0;
			const { port } = await serve(t, () => ({ onError: () => lost++ }), secure);
			const client = await open(t, port);
			client.end();
			await readAll(client);
			assert.equal(lost, 1);
		});

		test("a reset is told once, also when the device writes on", async (t) => {
			let lost = 0;
			const { port, exceptions } = await serve(
				t,
				(socket) => ({
					onReadable() {
						socket.read(100);
						socket.write(text("x"));
						const timer = setInterval(() => socket.write(text("x")), 1);
						t.after(() => clearInterval(timer));
					},
					onError: () => lost++,
				}),
				secure,
			);
			const client = connectTcp(port, "127.0.0.1");
			client.on("error", () => {});
			if (secure) {
				client.destroy();
				const inside = await connectSecurely(t, port);
				inside.write("x");
				await readBytes(inside, 1);
				inside.destroy();
			} else {
				await once(client, "connect");
				client.write("x");
				await once(client, "data");
				client.resetAndDestroy();
			}
			await until(() => lost > 0);
			await new Promise((resolve) => setTimeout(resolve, 50));
			assert.equal(lost, 1);
			assert.deepEqual(exceptions, []);
		});

		test("close sends what was written, and no event follows", async (t) => {
			const events: string[] = [];
			const { port } = await serve(
				t,
				(socket) => ({
					onReadable() {
						events.push("readable");
						socket.write(text("good"));
						socket.write(text("bye"));
						socket.close();
						socket.close();
						assert.equal(socket.write(text("more")), 0);
						assert.equal(socket.read(100), undefined);
					},
					onError: () => events.push("error"),
				}),
				secure,
			);
			const client = await open(t, port);
			client.write("x");
			assert.equal(await readAll(client), "goodbye");
			client.write("more");
			client.end();
			await once(client, "close");
			assert.deepEqual(events, ["readable"]);
		});

		test("close does not lose the answer when the client is still sending", async (t) => {
			const { port } = await serve(
				t,
				(socket) => ({
					onReadable() {
						socket.write(text("too much"));
						socket.close();
					},
				}),
				secure,
			);
			const client = await open(t, port);
			client.end(Buffer.alloc(3_000_000));
			assert.equal(await readAll(client), "too much");
		});

		test("an exception out of a callback ends that connection and nothing else", async (t) => {
			const { port, exceptions } = await serve(
				t,
				(socket) => ({
					onReadable() {
						if (Buffer.from(socket.read(100)!).toString() === "bad") throw new Error("boom");
						socket.write(text("ok"));
					},
				}),
				secure,
			);
			const good = await open(t, port);
			const bad = await open(t, port);
			bad.write("bad");
			await readAll(bad);
			good.write("good");
			assert.equal((await readBytes(good, 2)).toString(), "ok");
			assert.equal(exceptions.length, 1);
		});

		test("a connection that is closed instead of accepted ends", async (t) => {
			const { port } = await serve(
				t,
				(socket) => {
					socket.close();
					return undefined;
				},
				secure,
			);
			const client = await open(t, port);
			assert.equal(await readAll(client), "");
		});

		test("network.close ends connections that wait for a request", async (t) => {
			let lost = 0;
			const { port, network } = await serve(t, () => ({ onError: () => lost++ }), secure);
			const clients = await Promise.all(Array.from({ length: 5 }, () => open(t, port)));
			await network.close(50);
			for (const client of clients) client.resume();
			await until(() => clients.every((client) => client.readableEnded || client.destroyed));
			assert.equal(lost, 0);
		});
	});
}

describe("remoteAddress", { timeout }, () => {
	test("of an IPv4 client on the dual-stack socket is written as IPv4", async (t) => {
		const addresses: string[] = [];
		const { port } = await serve(t, (socket) => {
			addresses.push(socket.remoteAddress);
			socket.close();
			return undefined;
		});
		await readAll(await connect(t, port, "127.0.0.1"));
		assert.deepEqual(addresses, ["127.0.0.1"]);
	});

	test("of an IPv6 client is that", async (t) => {
		const addresses: string[] = [];
		const { port } = await serve(t, (socket) => {
			addresses.push(socket.remoteAddress);
			socket.close();
			return undefined;
		});
		try {
			await readAll(await connect(t, port, "::1"));
		} catch {
			t.skip("there is no IPv6 here");
			return;
		}
		assert.deepEqual(addresses, ["::1"]);
	});

	test("only what is mapped is rewritten", () => {
		assert.equal(plainAddress("::ffff:192.0.2.1"), "192.0.2.1");
		assert.equal(plainAddress("::FFFF:192.0.2.1"), "192.0.2.1");
		assert.equal(plainAddress("fd00::ffff:1"), "fd00::ffff:1");
		assert.equal(plainAddress("fe80::1%eth0"), "fe80::1%eth0");
	});
});

describe("listener", { timeout }, () => {
	test("when it is closed the port refuses, and connections live on", async (t) => {
		const { port, listener } = await serve(t, echo);
		const client = await connect(t, port);
		client.write("a");
		await readBytes(client, 1);
		listener.close();
		listener.close();
		await assert.rejects(connect(t, port), { code: "ECONNREFUSED" });
		client.write("b");
		assert.equal((await readBytes(client, 1)).toString(), "b");
	});

	test("its port can be opened again at once", async (t) => {
		const { network, listener } = await serve(t, echo);
		listener.close();
		await new Promise<void>((resolve, reject) => {
			network.listen({
				onListening: () => resolve(),
				onConnection() {},
				onError: (m) => reject(new Error(m)),
			});
		});
	});

	test("a port in use is told, once, and not thrown", async (t) => {
		const { network, port } = await serve(t, echo);
		const messages: string[] = [];
		network.listen({
			onListening: () => assert.fail("it listens"),
			onConnection() {},
			onError: (message) => messages.push(message),
		});
		await until(() => messages.length > 0);
		assert.deepEqual(messages, [`port ${port} is in use`]);
	});

	test("an identity that is none is told and not thrown", async (t) => {
		const { network, listener } = await serve(t, echo);
		listener.close();
		const messages: string[] = [];
		const identity = text("rubbish");
		network.listen({
			identity,
			onListening() {},
			onConnection() {},
			onError: (message) => messages.push(message),
		});
		await until(() => messages.length > 0);
		assert.deepEqual(messages, ["the TLS identity cannot be used"]);
	});

	test("closed before it listens it never says that it does", async (t) => {
		const { network, listener } = await serve(t, echo);
		listener.close();
		let events = 0;
		const onEvent = () => void events++;
		network.listen({ onListening: onEvent, onConnection: onEvent, onError: onEvent }).close();
		await new Promise((resolve) => setTimeout(resolve, 20));
		assert.equal(events, 0);
	});
});
