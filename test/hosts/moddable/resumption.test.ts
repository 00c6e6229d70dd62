import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Trust } from "../../../hosts/host";
import { ModdableNetwork } from "../../../hosts/moddable/network";
import { FakeTime } from "../../fakes/host";
import { FakeIo, noName } from "./fake-io";
import { FakeTls } from "./fake-tls";

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
		resolve: noName,
		port: 80,
		httpsPort: 443,
		maxConnections: 4,
		clock: time,
		timers: time,
		address: () => undefined,
		onListening: () => {},
		onException: (error) => assert.fail(error as Error),
	});
	/** One connection; whether it was to resume a session. `answer`: what the server says. */
	const connect = (trust: Trust, port = 443, answer = "hok"): boolean => {
		let heard = "";
		const stream = network.connect(
			{
				endpoint: { secure: true, host: "192.0.2.7", port, path: "" },
				trust,
				allowAddress: () => true,
			},
			{
				onWritable() {},
				onReadable(count) {
					heard += new TextDecoder().decode(stream.read(count));
				},
				onError() {},
			},
		);
		time.advance(0);
		const tcp = io.dialed.at(-1)!;
		tcp.drain(1_000);
		for (const byte of Buffer.from(answer)) {
			tcp.arrive(byte);
			time.advance(0);
		}
		stream.close();
		time.advance(16_000);
		assert.equal(heard, answer.slice(1));
		return tls.clients.at(-1)?.resumption !== undefined;
	};
	return { connect };
}

describe("a TLS session", () => {
	test("is resumed by the next one, and so on", () => {
		const { connect } = setUp();
		assert.deepEqual([connect(CA), connect(CA), connect(CA)], [false, true, true]);
	});

	for (const [what, before, after] of [
		["another CA", CA, OTHER_CA],
		["another fingerprint", PIN, OTHER_PIN],
		["a fingerprint in place of a CA", CA, PIN],
		["a CA in place of a fingerprint", PIN, CA],
		["a CA beside the fingerprint", PIN, { ...CA, ...PIN }],
	] as const)
		test(`is not resumed with ${what}, nor later with what was trusted before`, () => {
			const { connect } = setUp();
			connect(before);
			assert.equal(connect(after), false);
			assert.equal(connect(before), false);
		});

	test("is not resumed with another server", () => {
		const { connect } = setUp();
		connect(CA);
		assert.equal(connect(CA, 8086), false);
		assert.equal(connect(CA), true);
	});

	test("is forgotten when its resumption fails", () => {
		const { connect } = setUp();
		connect(CA);
		assert.equal(connect(CA, 443, "!"), true);
		assert.equal(connect(CA), false);
	});

	test("is kept for four servers, and makes room for those of others", () => {
		const { connect } = setUp();
		for (const port of [1, 2, 3, 4, 5]) connect(CA, port);
		assert.equal(connect(CA, 2), true);
		assert.equal(connect(CA, 1), false);
	});
});
