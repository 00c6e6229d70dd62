import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { TimeSync } from "../../../hosts/esp32/time-sync";
import { FakeTime } from "../../fakes/host";
import { FakeUdp } from "./fake-udp";

const SERVER = "192.0.2.123";
const TIME = Date.UTC(2026, 6, 1, 12);
const HOUR = 3_600_000;

class Scene {
	readonly time = new FakeTime();
	readonly udp = new FakeUdp();
	readonly times: number[] = [];
	readonly problems: unknown[] = [];
	/** What the name leads to; undefined: nothing. */
	address: string | undefined = SERVER;
	/** Resolutions that wait for the test. */
	readonly names: ((address: string | undefined) => void)[] = [];
	patient = false;
	readonly sync = new TimeSync({
		server: "time.example",
		open: this.udp.open,
		resolve: (_name, done) => (this.patient ? void this.names.push(done) : done(this.address)),
		clock: this.time,
		timers: this.time,
		random: (count) => new Uint8Array(count).fill(128),
		onTime: (time) => this.times.push(time),
		onException: (error) => this.problems.push(error),
	});

	answer(time = TIME, from = SERVER, port = 123): void {
		const asked = this.udp.sent.at(-1)?.bytes as Uint8Array;
		const packet = new Uint8Array(48);
		packet.set([0x24, 1]);
		packet.set(asked.subarray(40), 24);
		new DataView(packet.buffer).setUint32(40, time / 1000 + 2_208_988_800);
		this.udp.receive(from, port, packet);
	}
}

describe("TimeSync", () => {
	test("it asks as soon as there is a network", () => {
		const scene = new Scene();
		scene.sync.start();
		assert.deepEqual(
			scene.udp.sent.map(({ address, port }) => [address, port]),
			[[SERVER, 123]],
		);
	});

	test("half of the way there and back is added to the server's time", () => {
		const scene = new Scene();
		scene.sync.start();
		scene.time.advance(80);
		scene.answer();
		assert.deepEqual(scene.times, [TIME + 40]);
	});

	test("it closes its socket when it has the time", () => {
		const scene = new Scene();
		scene.sync.start();
		scene.answer();
		assert.equal(scene.udp.socket, undefined);
	});

	test("a second answer in the same event is left", () => {
		const scene = new Scene();
		scene.sync.start();
		const asked = scene.udp.sent[0]?.bytes as Uint8Array;
		const packet = new Uint8Array(48);
		packet.set([0x24, 1]);
		packet.set(asked.subarray(40), 24);
		new DataView(packet.buffer).setUint32(40, TIME / 1000 + 2_208_988_800);
		scene.udp.receive(SERVER, 123, packet, packet);
		assert.equal(scene.times.length, 1);
		assert.deepEqual(scene.problems, []);
	});

	test("an answer from somebody else is not taken", () => {
		const scene = new Scene();
		scene.sync.start();
		scene.answer(TIME, "192.0.2.66");
		scene.answer(TIME, SERVER, 1123);
		assert.deepEqual(scene.times, []);
	});

	test("an answer is followed by another one that is right", () => {
		const scene = new Scene();
		scene.sync.start();
		scene.answer(TIME, "192.0.2.66");
		scene.answer();
		assert.deepEqual(scene.times, [TIME]);
	});

	test("the clock is set anew after hours, with jitter", () => {
		const scene = new Scene();
		scene.sync.start();
		scene.answer();
		scene.time.advance(4 * HOUR);
		assert.equal(scene.udp.sent.length, 1);
		scene.time.advance(HOUR);
		assert.ok(scene.udp.sent.length > 1);
	});

	test("without an answer it asks again, more and more rarely, for ever", () => {
		const scene = new Scene();
		scene.sync.start();
		scene.time.advance(HOUR);
		const first = scene.udp.sent.length;
		assert.ok(first > 5 && first < 30, `${first} in the first hour`);
		scene.time.advance(24 * HOUR);
		const later = (scene.udp.sent.length - first) / 24;
		assert.ok(later >= 4 && later <= 10, `${later} an hour later on`);
	});

	test("a name that cannot be resolved is tried again", () => {
		const scene = new Scene();
		scene.address = undefined;
		scene.sync.start();
		assert.equal(scene.udp.sent.length, 0);
		scene.address = SERVER;
		scene.time.advance(14_000);
		assert.equal(scene.udp.sent.length, 1);
	});

	test("a resolver that never answers, or too late, does no harm", () => {
		const scene = new Scene();
		scene.patient = true;
		scene.sync.start();
		scene.time.advance(60_000);
		const [first] = scene.names;
		assert.ok(scene.names.length > 1);
		first?.(SERVER);
		assert.equal(scene.udp.opened, 0);
		scene.names.at(-1)?.(SERVER);
		assert.equal(scene.udp.opened, 1);
	});

	test("a socket that cannot be opened is tried again", () => {
		const scene = new Scene();
		scene.udp.broken = true;
		scene.sync.start();
		scene.udp.broken = false;
		scene.time.advance(14_000);
		scene.answer();
		assert.equal(scene.times.length, 1);
	});

	test("it stops with the network and leaves nothing running", () => {
		const scene = new Scene();
		scene.sync.start();
		scene.sync.stop();
		assert.equal(scene.udp.socket, undefined);
		assert.equal(scene.time.pending, 0);
	});

	test("it does not ask twice when it is told twice that there is a network", () => {
		const scene = new Scene();
		scene.sync.start();
		scene.sync.start();
		assert.equal(scene.udp.sent.length, 1);
	});

	test("with the network back it asks at once", () => {
		const scene = new Scene();
		scene.sync.start();
		scene.answer();
		scene.sync.stop();
		scene.sync.start();
		assert.equal(scene.udp.sent.length, 2);
	});
});
