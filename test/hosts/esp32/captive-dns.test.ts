import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CaptiveDns } from "../../../hosts/esp32/captive-dns";
import { FakeUdp } from "./fake-udp";

const QUERY = Uint8Array.from([0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 97, 0, 0, 1, 0, 1]);
const PHONE = "192.168.4.2";

function scene() {
	const udp = new FakeUdp();
	const exceptions: unknown[] = [];
	const dns = new CaptiveDns({
		open: udp.open,
		address: "192.168.4.1",
		onException: (error) => exceptions.push(error),
	});
	return { udp, dns, exceptions };
}

describe("CaptiveDns", () => {
	test("a phone in the access point is told the device's address", () => {
		const { udp, dns } = scene();
		dns.open();
		udp.receive(PHONE, 4_000, QUERY);
		assert.equal(udp.sent.length, 1);
		assert.deepEqual([udp.sent[0]?.address, udp.sent[0]?.port], [PHONE, 4_000]);
		assert.deepEqual([...udp.sent[0]!.bytes.slice(-4)], [192, 168, 4, 1]);
	});

	test("nobody outside of that network is answered", () => {
		const { udp, dns } = scene();
		dns.open();
		for (const address of ["192.168.1.2", "192.168.40.2", "10.0.0.1"]) udp.receive(address, 4_000, QUERY);
		assert.deepEqual(udp.sent, []);
	});

	test("a flood is answered a little each turn, and what is no question not at all", () => {
		const { udp, dns, exceptions } = scene();
		dns.open();
		udp.receive(PHONE, 4_000, ...Array<Uint8Array>(1_000).fill(QUERY));
		assert.equal(udp.sent.length, 8);
		udp.receive(PHONE, 4_000, new Uint8Array(3), new Uint8Array(1_400));
		assert.equal(udp.sent.length, 8);
		assert.deepEqual(exceptions, []);
	});

	test("closed it answers nobody, and opens again", () => {
		const { udp, dns } = scene();
		dns.open();
		dns.close();
		assert.equal(udp.socket, undefined);
		dns.open();
		dns.open();
		udp.receive(PHONE, 4_000, QUERY);
		assert.equal(udp.sent.length, 1);
	});

	test("a socket that cannot be had is told, and nothing escapes", () => {
		const { udp, dns, exceptions } = scene();
		udp.broken = true;
		dns.open();
		dns.close();
		assert.equal(exceptions.length, 1);
	});
});
