import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { PostResult, Trust } from "../../../hosts/host";
import { ModdableNetwork } from "../../../hosts/moddable/network";
import { FakeTime } from "../../fakes/host";
import { FakeIo } from "./fake-io";
import { FakeTls } from "./fake-tls";

const HELLO = "h".charCodeAt(0);
const CA = { ca: "-----BEGIN CERTIFICATE-----\nold" };
const OTHER_CA = { ca: "-----BEGIN CERTIFICATE-----\nnew" };
const PIN = { fingerprint: "ab".repeat(32) };
const OTHER_PIN = { fingerprint: "cd".repeat(32) };

function setUp() {
	const time = new FakeTime();
	const io = new FakeIo();
	const tls = new FakeTls();
	const network = new ModdableNetwork({
		io,
		tls,
		port: 80,
		maxConnections: 4,
		clock: time,
		timers: time,
		address: () => undefined,
		onListening: () => {},
		onException: (error) => assert.fail(error as Error),
	});
	/** One upload; whether its connection was to resume a session. `answer`: what the server says. */
	const upload = (trust: Trust, port = 443, answer = "hHTTP/1.1 204 No\r\n\r\nc"): boolean => {
		const results: PostResult[] = [];
		network.post(
			{
				endpoint: { secure: true, host: "192.0.2.7", port, path: "" },
				trust,
				allowAddress: () => true,
				target: "/write",
				headers: {},
				body: new Uint8Array(1),
				timeout: 15_000,
			},
			(result) => results.push(result),
		);
		time.advance(0);
		const tcp = io.dialed.at(-1)!;
		tcp.drain(1_000);
		for (const byte of Buffer.from(answer)) {
			tcp.arrive(byte);
			time.advance(0);
		}
		time.advance(16_000);
		assert.equal(results.length, 1);
		assert.equal(answer[0]?.charCodeAt(0) === HELLO, "status" in results[0]! && results[0].status === 204);
		return tls.clients.at(-1)?.resumption !== undefined;
	};
	return { upload };
}

describe("a TLS session of an upload", () => {
	test("is resumed by the next one, and so on", () => {
		const { upload } = setUp();
		assert.deepEqual([upload(CA), upload(CA), upload(CA)], [false, true, true]);
	});

	for (const [what, before, after] of [
		["another CA", CA, OTHER_CA],
		["another fingerprint", PIN, OTHER_PIN],
		["a fingerprint in place of a CA", CA, PIN],
		["a CA in place of a fingerprint", PIN, CA],
		["a CA beside the fingerprint", PIN, { ...CA, ...PIN }],
	] as const)
		test(`is not resumed with ${what}, nor later with what was trusted before`, () => {
			const { upload } = setUp();
			upload(before);
			assert.equal(upload(after), false);
			assert.equal(upload(before), false);
		});

	test("is not resumed with another server", () => {
		const { upload } = setUp();
		upload(CA);
		assert.equal(upload(CA, 8086), false);
		assert.equal(upload(CA), true);
	});

	test("is forgotten when its resumption fails", () => {
		const { upload } = setUp();
		upload(CA);
		assert.equal(upload(CA, 443, "!"), true);
		assert.equal(upload(CA), false);
	});

	test("is kept for four servers, and makes room for those of others", () => {
		const { upload } = setUp();
		for (const port of [1, 2, 3, 4, 5]) upload(CA, port);
		assert.equal(upload(CA, 2), true);
		assert.equal(upload(CA, 1), false);
	});
});
