import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { describe, test } from "node:test";
import type { ConnectionOptions } from "node:tls";
import { FakeTime } from "../../fakes/host";
import { connect, connectSecurely, echo, readAll, readBytes, serve, until } from "./loopback";

/** As HANDSHAKE_TIME and CLOSE_TIME in hosts/desktop. */
const HANDSHAKE_TIME = 10_000;
const CLOSE_TIME = 10_000;

describe("TLS", { timeout: 600_000 }, () => {
	for (const version of ["TLSv1.2", "TLSv1.3"] as const)
		test(`${version} is spoken, with an ephemeral key exchange and authenticated encryption`, async (t) => {
			const { port } = await serve(t, echo, true);
			const client = await connectSecurely(t, port, { minVersion: version, maxVersion: version });
			client.write("hello");
			assert.equal((await readBytes(client, 5)).toString(), "hello");
			assert.equal(client.getProtocol(), version);
			assert.match(client.getCipher().standardName, /^TLS_(ECDHE_ECDSA_WITH_)?(AES|CHACHA).*(GCM|POLY1305)/);
		});

	const offers: [string, ConnectionOptions][] = [
		["TLS 1.1", { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" }],
		["encryption that is not authenticated", { maxVersion: "TLSv1.2", ciphers: "ECDHE-ECDSA-AES128-SHA256" }],
		["a key exchange over a finite field", { minVersion: "TLSv1.3", ecdhCurve: "ffdhe2048" }],
		["a client that speaks HTTP/2 only", { ALPNProtocols: ["h2"] }],
	];
	for (const [what, options] of offers)
		test(`${what} is refused`, async (t) => {
			let connections = 0;
			const { port, exceptions } = await serve(
				t,
				() => {
					connections++;
					return {};
				},
				true,
			);
			await assert.rejects(connectSecurely(t, port, options), { code: /^(ERR_SSL|ECONNRESET)/ });
			assert.equal(connections, 0);
			assert.deepEqual(exceptions, []);
		});

	test("of HTTP/2 and HTTP/1.1 a client gets HTTP/1.1", async (t) => {
		const { port } = await serve(t, echo, true);
		const client = await connectSecurely(t, port, { ALPNProtocols: ["h2", "http/1.1"] });
		assert.equal(client.alpnProtocol, "http/1.1");
	});

	test("renegotiation, which costs the server much and the client nothing, is refused", async (t) => {
		const { port } = await serve(t, echo, true);
		const client = await connectSecurely(t, port, { maxVersion: "TLSv1.2" });
		const error = await new Promise((resolve) => {
			client.on("error", resolve);
			client.renegotiate({ rejectUnauthorized: false }, resolve);
		});
		assert.match(String(error), /no.renegotiation/i);
	});

	for (const group of ["X25519", "P-256", "P-384", "P-521"])
		test(`${group} is spoken`, async (t) => {
			const { port } = await serve(t, echo, true);
			const client = await connectSecurely(t, port, { ecdhCurve: group });
			assert.equal(client.getProtocol(), "TLSv1.3");
		});

	for (const version of ["TLSv1.2", "TLSv1.3"] as const)
		test(`TCP ends with the alert when ${version} is broken`, async (t) => {
			const { port } = await serve(t, echo, true);
			// Between client and device, and keeps its own side open.
			const between = createServer({ allowHalfOpen: true });
			t.after(() => void between.close());
			between.listen(0, "127.0.0.1");
			await once(between, "listening");
			const wires = once(between, "connection");
			const secured = connectSecurely(t, (between.address() as AddressInfo).port, {
				minVersion: version,
				maxVersion: version,
			});
			const [client] = (await wires) as [Socket];
			const device = await connect(t, port);
			t.after(() => client.destroy());
			client.pipe(device, { end: false }).pipe(client, { end: false });
			const owner = await secured;
			owner.on("error", () => {});
			owner.write("hello");
			await readBytes(owner, 5);
			const rest = readAll(device);
			device.write(Buffer.concat([Buffer.from("1703030020", "hex"), Buffer.alloc(32)]));
			assert.ok((await rest).length > 0);
		});

	test("a client that speaks plain HTTP on the TLS port is cut off and never delivered", async (t) => {
		let connections = 0;
		const { port, exceptions } = await serve(
			t,
			() => {
				connections++;
				return {};
			},
			true,
		);
		const client = await connect(t, port);
		client.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
		await readAll(client);
		assert.equal(connections, 0);
		assert.deepEqual(exceptions, []);
	});

	test("64 half-open connections that send nothing more: each handshake has its time, and no more", async (t) => {
		const time = new FakeTime();
		const { port } = await serve(t, echo, true, time);
		const clients = await Promise.all(Array.from({ length: 64 }, () => connect(t, port)));
		await until(() => time.pending === 64);
		time.advance(HANDSHAKE_TIME - 1);
		// A byte now and then does not help: node:tls would start its time anew.
		for (const client of clients) client.write("\x16");
		await new Promise((resolve) => setTimeout(resolve, 20));
		assert.ok(clients.every((client) => !client.closed));
		time.advance(1);
		await Promise.all(clients.map(readAll));
		await until(() => time.pending === 0);
	});

	test("while 64 handshakes wait the next one pushes out the oldest and is served", async (t) => {
		const time = new FakeTime();
		const { port } = await serve(t, echo, true, time);
		const first = await connect(t, port);
		await until(() => time.pending === 1);
		const others = await Promise.all(Array.from({ length: 63 }, () => connect(t, port)));
		await until(() => time.pending === 64);
		const owner = await connectSecurely(t, port);
		owner.write("hello");
		assert.equal((await readBytes(owner, 5)).toString(), "hello");
		await readAll(first);
		assert.ok(others.every((client) => !client.readableEnded && !client.closed));
	});

	test("a handshake under way ends with the listener", async (t) => {
		let connections = 0;
		const time = new FakeTime();
		const { port, listener } = await serve(
			t,
			() => {
				connections++;
				return {};
			},
			true,
			time,
		);
		const client = await connect(t, port);
		await until(() => time.pending === 1);
		listener.close();
		await readAll(client);
		assert.equal(connections, 0);
		assert.equal(time.pending, 0);
	});
});

describe("a closed connection", { timeout: 600_000 }, () => {
	test("is kept for the client to take the rest, and no longer than its time", async (t) => {
		const time = new FakeTime();
		const { port } = await serve(
			t,
			(socket) => {
				socket.close();
				return undefined;
			},
			false,
			time,
		);
		const client = await connect(t, port);
		await readAll(client);
		time.advance(CLOSE_TIME - 1);
		assert.equal(time.pending, 1);
		time.advance(1);
		await refused(client);
	});

	test("takes what a client that was held up still sends, and is gone when that is all", async (t) => {
		const time = new FakeTime();
		const { port } = await serve(
			t,
			(socket) => ({
				onReadable(count) {
					if (count >= 16_384) setTimeout(() => socket.close(), 20);
				},
			}),
			false,
			time,
		);
		const client = await connect(t, port);
		client.end(Buffer.alloc(30_000_000));
		await readAll(client);
		await until(() => client.writableFinished && time.pending === 0);
	});

	test("makes room, the oldest first, when too many wait", async (t) => {
		const time = new FakeTime();
		const { port, network } = await serve(
			t,
			(socket) => {
				socket.close();
				return undefined;
			},
			false,
			time,
		);
		const clients: Socket[] = [];
		for (let i = 0; i < network.maxConnections + 10; i++) {
			const client = await connect(t, port);
			await readAll(client);
			clients.push(client);
		}
		await until(() => time.pending === network.maxConnections);
		await Promise.all(clients.slice(0, 10).map(refused));
		assert.ok(clients.slice(10).every((client) => !client.closed));
	});
});

/** Writes until the other side's system tells that nobody takes it. */
async function refused(client: Socket): Promise<void> {
	await until(() => {
		client.write("x");
		return client.destroyed;
	});
}
