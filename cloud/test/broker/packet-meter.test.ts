import assert from "node:assert/strict";
import { test } from "node:test";
import { PacketMeter } from "../../broker/packet-meter";

/** A packet with so many bytes after its length. */
function packet(length: number): number[] {
	const bytes = [0x30];
	let left = length;
	do {
		bytes.push((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
		left >>= 7;
	} while (left > 0);
	return [...bytes, ...new Array<number>(length).fill(0xff)];
}

test("packets within the bound pass, however they are cut", () => {
	const bytes = [0, 1, 127, 128, 300, 0, 299].flatMap(packet);
	for (const step of [1, 2, 3, 7, bytes.length]) {
		const meter = new PacketMeter(300);
		for (let at = 0; at < bytes.length; at += step)
			assert.ok(meter.push(Uint8Array.from(bytes.slice(at, at + step))), `${step} ${at}`);
	}
});

test("a packet beyond the bound is seen by its length alone", () => {
	const meter = new PacketMeter(300);
	assert.ok(meter.push(Uint8Array.from(packet(300))));
	assert.equal(meter.push(Uint8Array.from(packet(301).slice(0, 3))), false);
});

test("a length of more than four bytes is none", () => {
	const meter = new PacketMeter(1 << 30);
	assert.equal(meter.push(Uint8Array.of(0x30, 0x80, 0x80, 0x80, 0x80, 0x80)), false);
});
