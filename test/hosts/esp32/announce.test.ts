import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MdnsResponder } from "../../../hosts/esp32/announce";
import { FakeTime } from "../../fakes/host";
import { FakeUdp } from "./fake-udp";

const SERVICE = { secure: false, port: 80, udid: "10000fb38278", version: "0.1.0" };
const GROUP = "224.0.0.251";

class Scene {
	readonly time = new FakeTime();
	readonly udp = new FakeUdp();
	readonly problems: unknown[] = [];
	address: string | undefined = "192.0.2.16";
	readonly announce = new MdnsResponder({
		name: "Ambient16",
		open: this.udp.open,
		timers: this.time,
		address: () => this.address,
		random: (count) => new Uint8Array(count).fill(128),
		onException: (error) => this.problems.push(error),
	});

	/** Publishes, and lets the announcements pass. */
	settle(): void {
		this.announce.publish(SERVICE);
		this.time.advance(10_000);
		this.udp.sent.length = 0;
	}

	ask(from = "192.0.2.7", port = 5353, unicast = false): void {
		const name = "_ambient16._tcp.local".split(".").flatMap((label) => [label.length, ...Buffer.from(label)]);
		const packet = [0, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...name, 0, 0, 12, unicast ? 0x80 : 0, 1];
		this.udp.receive(from, port, Uint8Array.from(packet));
	}

	/** To whom something was sent, and how long it may be remembered. */
	get sent(): string[] {
		return this.udp.sent.map(({ bytes, address, port }) => `${address}:${port} ${ttlOf(bytes)}`);
	}
}

/** Of the last record, which ends in 33 bytes of data. */
function ttlOf(bytes: Uint8Array): number {
	return new DataView(bytes.buffer).getUint32(bytes.length - 33 - 6);
}

function holds(bytes: Uint8Array | undefined, text: string): boolean {
	return Buffer.from(bytes ?? []).includes(text);
}

describe("MdnsResponder", () => {
	test("it says twice, a second apart, where the device is (RFC 6762, 8.3)", () => {
		const scene = new Scene();
		scene.announce.publish(SERVICE);
		assert.deepEqual(scene.udp.groups, [GROUP]);
		assert.deepEqual(scene.sent, [`${GROUP}:5353 120`]);
		scene.time.advance(1_000);
		assert.deepEqual(scene.sent, [`${GROUP}:5353 120`, `${GROUP}:5353 120`]);
		scene.time.advance(60_000);
		assert.equal(scene.sent.length, 2);
	});

	test("without an address it waits for one", () => {
		const scene = new Scene();
		scene.address = undefined;
		scene.announce.publish(SERVICE);
		assert.equal(scene.udp.opened, 0);
		scene.address = "192.0.2.16";
		scene.announce.online();
		assert.equal(scene.sent.length, 1);
	});

	test("the same service again changes nothing", () => {
		const scene = new Scene();
		scene.settle();
		scene.announce.publish({ ...SERVICE });
		assert.deepEqual(scene.sent, []);
	});

	test("another service replaces the one before, which is taken back", () => {
		const scene = new Scene();
		scene.settle();
		scene.announce.publish({ ...SERVICE, secure: true, port: 443 });
		assert.deepEqual(scene.sent, [`${GROUP}:5353 0`, `${GROUP}:5353 120`]);
		assert.ok(!holds(scene.udp.sent[0]?.bytes, "_https"));
		assert.ok(holds(scene.udp.sent[1]?.bytes, "_https"));
	});

	test("withdrawing says goodbye and leaves nothing running", () => {
		const scene = new Scene();
		scene.settle();
		scene.announce.withdraw();
		assert.deepEqual(scene.sent, [`${GROUP}:5353 0`]);
		assert.equal(scene.udp.socket, undefined);
		assert.equal(scene.time.pending, 0);
	});

	test("a question is answered to all, after a little while", () => {
		const scene = new Scene();
		scene.settle();
		scene.ask();
		scene.time.advance(19);
		assert.deepEqual(scene.sent, []);
		scene.time.advance(101);
		assert.deepEqual(scene.sent, [`${GROUP}:5353 120`]);
	});

	test("however many ask, all are told at most once a second (6.2)", () => {
		const scene = new Scene();
		scene.settle();
		for (let i = 0; i < 200; i++) {
			scene.ask();
			scene.time.advance(10);
		}
		assert.ok(scene.sent.length >= 2 && scene.sent.length <= 3);
	});

	test("a question with the unicast bit is answered to the asker", () => {
		const scene = new Scene();
		scene.settle();
		scene.ask("192.0.2.7", 5353, true);
		assert.deepEqual(scene.sent, ["192.0.2.7:5353 120"]);
	});

	test("a legacy resolver is answered at its own port", () => {
		const scene = new Scene();
		scene.settle();
		scene.ask("192.0.2.7", 40_000);
		assert.deepEqual(scene.sent, ["192.0.2.7:40000 10"]);
	});

	test("a malformed packet does not keep the next one from being read", () => {
		const scene = new Scene();
		scene.settle();
		scene.udp.receive("192.0.2.66", 5353, Uint8Array.of(1, 2, 3));
		scene.udp.receive(
			"192.0.2.66",
			5353,
			Uint8Array.of(0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xc0, 12, 0, 1, 0, 1),
		);
		scene.ask("192.0.2.7", 40_000);
		assert.equal(scene.sent.length, 1);
		assert.deepEqual(scene.problems, []);
	});

	test("offline it is silent, and back it announces anew", () => {
		const scene = new Scene();
		scene.settle();
		scene.announce.offline();
		assert.deepEqual(scene.sent, []);
		assert.equal(scene.udp.socket, undefined);
		scene.announce.online();
		assert.deepEqual(scene.sent, [`${GROUP}:5353 120`]);
	});

	test("with a new address the old one is taken back", () => {
		const scene = new Scene();
		scene.settle();
		scene.address = "192.0.2.17";
		scene.announce.online();
		assert.deepEqual(scene.sent, [`${GROUP}:5353 0`, `${GROUP}:5353 120`]);
	});

	test("a network that cannot be written to does no harm", () => {
		const scene = new Scene();
		scene.settle();
		scene.udp.broken = true;
		scene.ask("192.0.2.7", 40_000);
		scene.ask();
		scene.time.advance(1_000);
		scene.udp.broken = false;
		scene.ask();
		scene.time.advance(1_200);
		assert.deepEqual(scene.problems, []);
	});

	test("a socket that cannot be opened is told and tried again with the next address", () => {
		const scene = new Scene();
		scene.udp.broken = true;
		scene.announce.publish(SERVICE);
		assert.equal(scene.problems.length, 1);
		scene.udp.broken = false;
		scene.announce.online();
		assert.equal(scene.sent.length, 1);
	});
});
