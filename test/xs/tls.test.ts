import assert from "node:assert/strict";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { after, before, beforeEach, describe, type TestContext, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { type ConnectionOptions, connect, type SecureVersion, type TLSSocket } from "node:tls";
import { Wire } from "../conformance/wire";
import { Authority, type Issued } from "../support/authority";
import { Bench, build, type Measure } from "./bench";
import { missingTls } from "./engine";
import type { Figure } from "./figures";
import { BenchOwner, GET, post, UDID, UUID } from "./owner";
import { clientHello, Intruder } from "./tls-client";
import {
	measureTlsGrowth,
	measureTlsMemory,
	measureTlsWork,
	owned,
	prolong,
	secured,
	settled,
	visit,
} from "./tls-figures";

const skip = await missingTls();
const VERSIONS: SecureVersion[] = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"];

async function check(t: TestContext, figures: Figure[]): Promise<void> {
	for (const { name, value, unit, budget } of figures)
		await t.test(`${name}: at most ${budget} ${unit}`, () =>
			assert.ok(value <= budget, `${value} ${unit}, where at most ${budget} are allowed`),
		);
}

/** Waits for something while the device's time passes, 20 times as fast as ours. */
async function inTime<T>(bench: Bench, task: Promise<T>): Promise<T> {
	let over = false;
	const end = () => {
		over = true;
	};
	task.then(end, end);
	while (!over && !bench.isOver) {
		await bench.advance(100);
		await pause(5);
	}
	return task;
}

/** Takes points over HTTPS. */
class Database {
	/** Of each connection, whether it resumed a session. */
	readonly resumed: boolean[] = [];
	/** All that it took. */
	readonly lines = new Set<string>();
	readonly #server: Server;
	#connections = 0;

	constructor({ key, cert }: Issued) {
		this.#server = createServer({ key, cert }, async (request, response) => {
			let body = "";
			for await (const bytes of request) body += bytes;
			for (const line of body.split("\n")) this.lines.add(line);
			response.statusCode = 204;
			response.end();
		});
		this.#server.on("connection", (socket) => {
			this.#connections++;
			socket.on("close", () => {
				this.#connections--;
			});
		});
		this.#server.on("secureConnection", (socket: TLSSocket) => this.resumed.push(socket.isSessionReused()));
	}

	async listen(port = 0): Promise<number> {
		await new Promise<void>((resolve) => this.#server.listen(port, "127.0.0.1", resolve));
		return (this.#server.address() as AddressInfo).port;
	}

	/** Waits for so many connections, in the times between which the device's time passes. */
	async takes(count: number, pass: () => Promise<void>): Promise<void> {
		for (let turn = 0; turn < 1_000 && (this.resumed.length < count || this.#connections > 0); turn++) {
			if (this.#connections === 0) await pass();
			await pause(10);
		}
	}

	async close(): Promise<void> {
		const closed = new Promise((resolve) => this.#server.close(resolve));
		this.#server.closeAllConnections();
		await closed;
	}
}

describe("the firmware with TLS on XS", { skip, timeout: 120_000 }, () => {
	test("it is paired over HTTPS", async (t) => {
		const { engine } = await build(true);
		t.diagnostic(`with TLS XS 13.3 has slots of ${engine.slotSize} bytes here`);
		const bench = await Bench.start(t, { tls: true });
		const owner = new BenchOwner(bench);
		const pair = post(JSON.stringify({ udid: UDID, pair: { uuid: UUID } }));
		assert.equal((await owner.send(pair)).status, 403);
		assert.equal((await owner.send(pair, "https")).status, 200);
		await bench.advance(1_000);
		assert.equal((await owner.send(GET)).json.paired, true);
		assert.equal((await bench.ports()).https, undefined);
	});

	test("HTTPS mode is served with the certificate that was announced, in TLS 1.2 and later alone", async (t) => {
		const owner = await owned(t);
		const { bench } = owner;
		const { setHttps } = (await owner.send(owner.md5({ setHttps: { enabled: true } }))).json;
		await bench.advance(1_000);
		const { http, https } = await bench.ports();
		assert.deepEqual([http, setHttps?.url], [undefined, `https://127.0.0.1:${https}/`]);
		const at = { host: "127.0.0.1", port: https!, secure: true };
		const spoken: SecureVersion[] = [];
		for (const version of VERSIONS) {
			try {
				const wire = await Wire.open(at, { version });
				assert.equal(wire.fingerprint, setHttps?.fingerprint);
				assert.equal((await wire.send(GET).response("GET")).status, 200);
				wire.close();
				spoken.push(version);
			} catch (error) {
				assert.match(String(error), /alert|closed|unsupported protocol|reset/i);
			}
			await bench.advance(200);
		}
		t.diagnostic(`it speaks ${spoken.join(" and ")}`);
		assert.ok(spoken.includes("TLSv1.2"));
		assert.ok(!spoken.includes("TLSv1") && !spoken.includes("TLSv1.1"));
		await bench.advance(125_000);
		assert.equal((await owner.send(GET)).status, 200);
	});

	test("a client that was given the certificate trusts the device by its address and its name", async (t) => {
		const { bench } = await secured(t);
		const port = (await bench.ports()).https!;
		const shake = (options: ConnectionOptions) =>
			new Promise<Buffer | undefined>((resolve, reject) => {
				const socket = connect({ host: "127.0.0.1", port, ...options }, () => {
					resolve(socket.getPeerCertificate().raw);
					socket.destroy();
				});
				socket.on("error", reject);
			});
		const der = await shake({ rejectUnauthorized: false });
		const ca = `-----BEGIN CERTIFICATE-----\n${der?.toString("base64")}\n-----END CERTIFICATE-----\n`;
		for (const servername of ["", `ambient16-${UDID}.local`]) {
			await bench.advance(200);
			await shake({ ca, servername });
		}
		await bench.advance(200);
		await assert.rejects(shake({ ca, servername: "ambient16-000000000000.local" }), /does not match/);
	});

	test("an upload resumes the session of the one before, but not under another trust", async (t) => {
		const authority = await Authority.create();
		const year = 365;
		const own = await authority.issue({ selfSigned: true, from: -2 * year, until: year });
		const database = new Database(own);
		t.after(() => database.close());
		const url = `https://localhost:${await database.listen()}`;
		const owner = await owned(t);
		const { bench } = owner;
		const command = async (commands: object, kind: "http" | "https") => {
			await owner.learn(kind);
			const { status, text } = await owner.send(owner.md5(commands), kind);
			assert.equal(status, 200, text);
			await bench.advance(1_000);
		};
		for (const [trust, count] of [
			[{ ca: own.cert }, 3],
			[{ fingerprint: own.fingerprint }, 5],
		] as const) {
			await command({ setHttps: { enabled: true } }, "http");
			await owner.learn("https");
			await command({ setInflux: { url, database: "home", ...trust } }, "https");
			await command({ setHttps: { enabled: false } }, "https");
			await database.takes(count, () => bench.advance(1_000));
		}
		assert.deepEqual(database.resumed, [false, true, true, false, true]);
	});

	test("an authority that cannot be used is refused with its reason, and nothing is changed", async (t) => {
		const owner = await owned(t);
		await owner.send(owner.md5({ setHttps: { enabled: true } }));
		await owner.bench.advance(1_000);
		await owner.learn("https");
		const { ca } = await Authority.create();
		const damaged = ca.replace("-----\nMII", "-----\nMIJ");
		const order = (bundle: string) =>
			owner.send(owner.md5({ setMqtt: { url: "mqtts://a.example", ca: bundle } }), "https");
		const { status, text } = await order(damaged);
		assert.equal(status, 400);
		assert.match(text, /setMqtt\.ca must be .*: certificate is damaged/);
		assert.equal((await order(damaged + ca)).status, 200);
	});

	test("what waited while the database was away for half an hour leaves, and memory suffices", async (t) => {
		const own = await (await Authority.create()).issue({ selfSigned: true });
		const database = new Database(own);
		t.after(() => database.close());
		const port = await database.listen();
		await database.close();
		const owner = await owned(t);
		const { bench } = owner;
		const trust = { url: `https://localhost:${port}`, database: "home", fingerprint: own.fingerprint };
		for (const [commands, kind] of [
			[{ setHttps: { enabled: true } }, "http"],
			[{ setInflux: trust }, "https"],
			[{ setHttps: { enabled: false } }, "https"],
		] as const) {
			await owner.learn(kind);
			assert.equal((await owner.send(owner.md5(commands), kind)).status, 200);
			await bench.advance(1_000);
			if (kind === "http") await owner.learn("https");
		}
		for (let minute = 0; minute < 30; minute++) {
			await bench.advance(60_000);
			await pause(1);
		}
		await database.listen(port);
		for (let turn = 0; turn < 2_000 && database.lines.size < 180; turn++) {
			await bench.advance(500);
			await pause(5);
		}
		assert.ok(database.lines.size >= 180, `${database.lines.size} points arrived`);
	});

	test("memory", async (t) => check(t, await measureTlsMemory(t)));
	test("bytecodes for a request", async (t) => check(t, await measureTlsWork(t)));
	test("memory after many handshakes and requests", async (t) => check(t, await measureTlsGrowth(t)));
});

describe("inputs to the TLS port on XS, with the heap of the chip", { skip, timeout: 120_000 }, () => {
	const tasks: (() => unknown)[] = [];
	let bench: Bench;
	let owner: BenchOwner;
	let idle: Measure;
	let hello: Buffer;

	before(async () => {
		owner = await secured({ after: (task) => tasks.push(task) });
		bench = owner.bench;
		hello = await clientHello();
		idle = await settled(bench);
	});
	beforeEach(() => prolong(owner, "https"));
	after(async () => {
		for (const task of tasks) await task();
	});

	const record = (type: number, length: number, body: Uint8Array = new Uint8Array(length)) =>
		Buffer.concat([Uint8Array.of(type, 3, 3, length >> 8, length & 255), body]);
	const garbage: [name: string, bytes: () => string | Uint8Array][] = [
		["plain HTTP", () => GET],
		["a single byte", () => "\x16"],
		["1 MB of zeros", () => new Uint8Array(1_000_000)],
		["1 MB of handshake records", () => Buffer.alloc(1_000_000, record(22, 251))],
		["an SSL 2 hello", () => Uint8Array.of(0x80, 0x2e, 1, 0, 2, 0, 0x15, 0, 0, 0, 0x10)],
		["a record of 65,535 bytes", () => record(22, 65_535)],
		[
			"a handshake message of 16 MB in pieces",
			() => Buffer.alloc(200_000, record(22, 251, Buffer.alloc(251, 1))),
		],
		["records without content", () => Buffer.alloc(50_000, record(22, 0))],
		["a flood of ChangeCipherSpec", () => Buffer.alloc(60_000, record(20, 1, Uint8Array.of(1)))],
		["a flood of alerts", () => Buffer.alloc(70_000, record(21, 2, Uint8Array.of(1, 0)))],
		["application data before the handshake", () => record(23, 1_000)],
		["a ClientHello, then plain HTTP", () => Buffer.concat([hello, Buffer.from(GET)])],
		["a hundred ClientHellos", () => Buffer.concat(Array.from({ length: 100 }, () => hello))],
	];
	for (const [name, bytes] of garbage)
		test(`${name}, and the connection is closed`, async () => {
			const intruder = (await Intruder.open(bench)).send(bytes());
			assert.ok(await intruder.isClosed());
			await visit(owner);
		});

	test("random bytes, and what begins like a ClientHello", async () => {
		let seed = 1;
		const random = () => {
			seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
			return seed >>> 16;
		};
		for (let round = 0; round < 100; round++) {
			const noise = Uint8Array.from({ length: random() % 1500 }, () => random() & 255);
			const begin = round % 2 ? hello.subarray(0, random() % hello.length) : Buffer.alloc(0);
			const intruder = (await Intruder.open(bench)).send(Buffer.concat([begin, noise]));
			await intruder.quiet();
			intruder.destroy();
		}
		await bench.advance(20_000);
		await visit(owner);
	});

	for (const ends of [true, false])
		test(`a client that ${ends ? "breaks off" : "stops"} anywhere from its first byte to its request`, async () => {
			for (let cut = 1; cut < hello.length + 400; cut += 19)
				assert.ok(await (await Intruder.tamper(bench, GET, { cut, ends })).isClosed(), `after ${cut} bytes`);
			await visit(owner);
		});

	test("a bit that is changed anywhere on the way", async () => {
		for (let flip = 0; flip < hello.length + 400; flip += 17)
			assert.ok(await (await Intruder.tamper(bench, GET, { flip })).isClosed(), `at ${flip}`);
		await visit(owner);
	});

	test("a ClientHello in segments of 1 byte is answered", async () => {
		const intruder = await Intruder.open(bench);
		for (const byte of hello) {
			intruder.send(Uint8Array.of(byte));
			await bench.act("nothing");
		}
		await intruder.quiet();
		assert.ok(intruder.received > 400, `${intruder.received} bytes came`);
		intruder.destroy();
		await bench.advance(200);
	});

	test("a third connection waits, and costs nothing until then, and is served when one has gone", async () => {
		const busy = [await owner.open("https"), await owner.open("https")];
		for (const wire of busy) wire.send("GET / HT");
		const full = await bench.measure();
		const third = owner.open("https");
		const others = await Promise.all([Intruder.open(bench), Intruder.open(bench)]);
		for (const other of others) assert.equal((await other.send(hello).quiet()).received, 0);
		const { heap } = await bench.measure();
		assert.ok(heap - full.heap < 3 * 8_192, `${heap - full.heap} bytes of C`);
		busy[0]?.close();
		const wire = await inTime(bench, third);
		assert.equal((await wire.send(GET).response("GET")).status, 200);
		for (const other of others) other.destroy();
		for (const one of [...busy, wire]) one.close();
		await bench.advance(200);
	});

	test("two handshakes that have stalled make room after 3 s", async () => {
		const stalled = [await Intruder.open(bench), await Intruder.open(bench)];
		for (const one of stalled) await one.send(hello).quiet();
		const owned = owner.send(GET, "https");
		await bench.act("nothing");
		await bench.advance(2_900);
		assert.ok(stalled.every(({ isOver }) => !isOver));
		await bench.advance(200);
		assert.equal((await owned).status, 200);
		for (const one of stalled) one.destroy();
		await bench.advance(200);
	});

	test("a connection at rest makes room for another", async () => {
		const resting = [await owner.open("https"), await owner.open("https")];
		for (const wire of resting) assert.equal((await wire.send(GET).response("GET")).status, 200);
		assert.equal((await inTime(bench, owner.send(GET, "https"))).status, 200);
		for (const wire of resting) wire.close();
		await bench.advance(200);
	});

	test("64 connections that begin to speak leave room for the owner", async () => {
		const crowd: Intruder[] = [];
		for (let i = 0; i < 64; i++)
			crowd.push((await Intruder.open(bench)).send(hello.subarray(0, i % 2 ? hello.length : 100)));
		assert.equal((await inTime(bench, owner.send(GET, "https"))).status, 200);
		for (const one of crowd) assert.ok(await one.isClosed());
	});

	test("a demand to renegotiate is refused", async () => {
		const port = (await bench.ports()).https!;
		const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false, maxVersion: "TLSv1.2" });
		await new Promise((resolve) => socket.once("secureConnect", resolve));
		const refused = new Promise((resolve) => {
			socket.on("error", resolve);
			socket.on("close", resolve);
		});
		socket.renegotiate({}, (error) => assert.ok(error));
		await inTime(bench, refused);
		await visit(owner);
	});

	const requests: [name: string, request: string | Uint8Array][] = [
		["a header line of 1 MB", `GET / HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(1_000_000)}\r\n\r\n`],
		["a body of 4 KiB of brackets", post("[".repeat(4096))],
		["a body longer than 4 KiB", post("[".repeat(100_000))],
		["1 MB of zeros within TLS", new Uint8Array(1_000_000)],
	];
	for (const [name, request] of requests)
		test(`${name} is refused`, async () => {
			const wire = await owner.open("https");
			const { status } = await wire.send(request).response();
			assert.ok(status >= 400 && status < 500, `${status}`);
			wire.close();
			await bench.advance(200);
			await visit(owner);
		});

	test("400 requests of a client that reads nothing are not kept in memory", async () => {
		const wire = await owner.open("https");
		wire.stopReading().send(GET.repeat(400));
		await bench.advance(20_000);
		await visit(owner);
		wire.close();
	});

	test("none of them leaves anything behind", async () => {
		await visit(owner);
		const { slots, chunks, keys, heap } = await settled(bench);
		// The head of the last POST is kept.
		assert.ok(slots <= idle.slots + 40, `${slots - idle.slots} slots`);
		assert.ok(chunks <= idle.chunks + 1024, `${chunks - idle.chunks} bytes`);
		assert.ok(heap <= idle.heap + 512, `${heap - idle.heap} bytes of C`);
		assert.equal(keys, idle.keys);
		assert.deepEqual(await bench.events("exception"), []);
	});
});
