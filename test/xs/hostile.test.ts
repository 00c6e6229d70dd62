import assert from "node:assert/strict";
import { after, beforeEach, describe, test } from "node:test";
import type { Wire } from "../conformance/wire";
import { Bench, type Measure } from "./bench";
import { missing } from "./engine";
import { type BenchOwner, GET, head, pairedOwner, post, UDID } from "./owner";

const POST = post("{}");
const CHUNKED = head("POST", "Transfer-Encoding: chunked\r\n");
const lengths = (value: string) => `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${value}\r\n\r\n`;

/** Sent on one connection, and what the first answer must be; undefined: any answer, or the end. */
const INPUTS: [name: string, input: string | Uint8Array, status?: number][] = [
	["a header line of 1 MB", `GET / HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(1_000_000)}\r\n\r\n`, 431],
	["a request line of 1 MB", `GET /${"x".repeat(1_000_000)} HTTP/1.1\r\n`, 414],
	["1 MB of headers", `GET / HTTP/1.1\r\n${"A: b\r\n".repeat(170_000)}\r\n`, 431],
	["500 header fields in 2 KiB", `GET / HTTP/1.1\r\nHost: a\r\n${"a:\r\n".repeat(500)}\r\n`, 431],
	["a method of 500 letters", `${"G".repeat(500)} / HTTP/1.1\r\n\r\n`],
	[
		"a Content-Type of 8 kB (CVE-2026-42854)",
		head("POST", `Content-Type: a; b=${"x".repeat(8_000)}\r\n`),
		431,
	],
	["JSON 100,000 deep", post("[".repeat(100_000)), 413],
	["JSON 1,024 deep", post("[".repeat(1024)), 400],
	["objects 200 deep", post('{"a":'.repeat(200)), 400],
	["1 KiB of empty arrays (CVE-2025-11243)", post(`[${"[],".repeat(340)}[]]`), 400],
	["1 KiB of numbers", post(`[${"1,".repeat(500)}1]`), 400],
	["1 KiB of a name's repetition", post(`{${'"udid":1,'.repeat(100)}"udid":1}`), 404],
	["JSON that is one string of 1 KiB", post(JSON.stringify("x".repeat(1000))), 400],
	["1 KiB of escapes", post(JSON.stringify("\\".repeat(500))), 400],
	["a name of 1 KiB", post(`{"${"n".repeat(1000)}":1}`), 404],
	["a number of 1,000 digits", post(`{"udid":${"9".repeat(1000)}}`)],
	["invalid UTF-8", post("{}").replace("{}", "\x80\x80")],
	["Content-Length: -1 (CVE-2023-34188)", lengths("-1"), 400],
	["Content-Length: +1", lengths("+1"), 400],
	["Content-Length: abc", lengths("abc"), 400],
	["Content-Length: 0x10", lengths("0x10"), 400],
	["Content-Length of 30 digits (CVE-2026-23833)", lengths("9".repeat(30)), 400],
	["Content-Length: 4294967296", lengths("4294967296"), 413],
	["Content-Length twice", lengths("2\r\nContent-Length: 2"), 400],
	["Content-Length with Transfer-Encoding", lengths("2\r\nTransfer-Encoding: chunked"), 400],
	["an empty header name (mongoose)", "GET / HTTP/1.1\r\n: x\r\nHost: a\r\n\r\n", 400],
	["a space before the colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400],
	["a folded header", "GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", 400],
	["a chunk of ffffffffffffffff", `${CHUNKED}ffffffffffffffff\r\n`, 413],
	["a negative chunk", `${CHUNKED}-1\r\n`, 400],
	["chunks of one byte, 5,000 of them", CHUNKED + "1\r\n \r\n".repeat(5_000), 413],
	["a chunk extension of 1 MB", `${CHUNKED}1;${"x".repeat(1_000_000)}\r\n`, 400],
	["trailers of 1 MB", `${CHUNKED}0\r\n${"A: b\r\n".repeat(170_000)}`, 431],
	["a bare LF", "GET / HTTP/1.1\nHost: a\n\n", 400],
	["a TLS handshake", Uint8Array.of(0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3), 400],
	["1 MB of zeros", new Uint8Array(1_000_000), 400],
	["1 MB of line ends", "\r\n".repeat(500_000), 400],
	["HTTP/9.9", "GET / HTTP/9.9\r\nHost: a\r\n\r\n", 505],
	["a secret that is an array", post(JSON.stringify({ udid: UDID, secret: [], getData: {} })), 401],
	["a secret that is null", post(JSON.stringify({ udid: UDID, secret: null, getData: {} })), 401],
	["an empty secret (CVE-2025-57808)", post(JSON.stringify({ udid: UDID, secret: "", getData: {} })), 401],
	["a secret of 900 bytes", post(JSON.stringify({ udid: UDID, secret: "a".repeat(900), getData: {} })), 401],
	[
		"an Authorization of 1.9 kB",
		head("POST", `Content-Length: 0\r\nAuthorization: ${"a".repeat(1900)}\r\n`),
		400,
	],
	["1,000 parameters of Authorization", post("{}", `Authorization: Ambient16 ${"a=,".repeat(600)}\r\n`)],
];

describe("inputs that broke others, on XS with the heap of the chip", { skip: await missing() }, () => {
	const tasks: (() => unknown)[] = [];
	let bench: Bench;
	let owner: BenchOwner;
	let idle: Measure;

	/** Restores the state in which the device was measured first. */
	async function settle(): Promise<Measure> {
		await bench.advance(120_000);
		assert.equal((await owner.send(GET)).status, 200);
		// What the device keeps is its last head and its last command.
		await owner.learn();
		assert.equal((await owner.send(owner.md5({ setColor: { color: "blue" } }))).status, 200);
		await bench.advance(30_000);
		return bench.measure();
	}

	/** Anew after an input that was the end of it. */
	beforeEach(async () => {
		if (bench?.isOver === false) return;
		bench = await Bench.start({ after: (task) => tasks.push(task) });
		owner = await pairedOwner(bench);
		// All unknown names are one.
		await owner.send(post('{"unknown":1}'));
		idle = await settle();
	});
	after(async () => {
		for (const task of tasks) await task();
	});

	for (const [name, input, status] of INPUTS)
		test(name, async () => {
			const wire = await owner.open();
			wire.send(input);
			const response = await wire.response("POST").catch(() => undefined);
			wire.close();
			await bench.advance(1_000);
			if (status !== undefined) assert.equal(response?.status, status, response?.text);
			assert.equal((await owner.send(GET)).status, 200);
		});

	test("40 pipelined requests are all answered", async () => {
		const wire = await owner.open();
		wire.send((GET + POST).repeat(20));
		for (let i = 0; i < 20; i++) {
			assert.equal((await wire.response("GET")).status, 200);
			assert.equal((await wire.response("POST")).status, 404);
		}
		wire.close();
	});

	test("a request in segments of 1 byte is answered", async () => {
		const wire = await owner.open();
		await wire.sendByByte(owner.md5({ getData: {} }));
		assert.equal((await wire.response()).status, 200);
		wire.close();
	});

	test("64 half-open connections leave room for the next one, and are closed in time", async () => {
		const wires: Wire[] = [];
		for (let i = 0; i < 64; i++) wires.push((await owner.open()).send("GET / HT"));
		assert.equal((await owner.send(GET)).status, 200);
		await bench.advance(65_000);
		for (const wire of wires) {
			await wire.response("GET").catch(() => {});
			await wire.closed();
		}
	});

	test("a client that vanishes while it is written to harms nobody", async () => {
		for (let i = 0; i < 10; i++) {
			const wire = await owner.open();
			wire.stopReading().send(GET.repeat(400));
			await bench.advance(1_000);
			wire.vanish();
			await bench.advance(1_000);
		}
		assert.equal((await owner.send(GET)).status, 200);
	});

	test("400 requests of a client that reads nothing are not kept in memory", async () => {
		const wire = await owner.open();
		wire.stopReading().send(GET.repeat(400));
		await bench.advance(20_000);
		assert.equal((await owner.send(GET)).status, 200);
		wire.close();
	});

	test("random bytes", async () => {
		let seed = 1;
		const random = () => {
			seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
			return seed >>> 16;
		};
		for (let round = 0; round < 200; round++) {
			const bytes = Uint8Array.from({ length: random() % 3000 }, () => random() & 255);
			const wire = await owner.open();
			wire.send(round % 2 ? bytes : Buffer.concat([Buffer.from(lengths(String(bytes.length))), bytes]));
			await wire.response().catch(() => {});
			wire.close();
		}
		assert.equal((await owner.send(GET)).status, 200);
	});

	test("names of members, 7,000 of them, leave nothing behind (XS keeps what JSON.parse makes)", async () => {
		for (let round = 0; round < 100; round++) {
			const names = Array.from({ length: 70 }, (_, i) => `"n${round}_${i}":1`);
			assert.equal((await owner.send(post(`{${names.join(",")}}`))).status, 404);
		}
		for (let round = 0; round < 200; round++)
			await owner.send(owner.md5({ setColor: { color: `color${round}`, [`field${round}`]: 1 } }));
		assert.equal((await bench.measure()).keys, idle.keys);
	});

	test("none of them leaves anything behind", async () => {
		const { slots, chunks, keys } = await settle();
		assert.ok(slots <= idle.slots + 8, `${slots - idle.slots} slots`);
		assert.ok(chunks <= idle.chunks + 512, `${chunks - idle.chunks} bytes`);
		assert.equal(keys, idle.keys);
	});
});
