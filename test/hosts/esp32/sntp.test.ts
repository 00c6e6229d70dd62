import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { PACKET, question, TIMESTAMP, timeOf } from "../../../hosts/esp32/sntp";

const NONCE = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]);
const TIME = Date.UTC(2026, 6, 1, 12);
/** Seconds from 1900 to 1970. */
const EPOCH = 2_208_988_800;

function answer(time: number, change: (packet: Uint8Array) => void = () => {}): Uint8Array {
	const packet = new Uint8Array(PACKET);
	packet[0] = 0x24;
	packet[1] = 2;
	packet.set(NONCE, 24);
	const view = new DataView(packet.buffer);
	view.setUint32(40, Math.floor(time / 1000) + EPOCH);
	view.setUint32(44, ((time % 1000) / 1000) * 2 ** 32);
	change(packet);
	return packet;
}

describe("SNTP", () => {
	test("the question is a client's of version 4 and holds nothing but the nonce", () => {
		const packet = question(NONCE);
		assert.equal(packet.length, 48);
		assert.equal(packet[0], 0x23);
		assert.deepEqual(packet.subarray(40), NONCE);
		assert.ok(packet.subarray(1, 40).every((byte) => byte === 0));
	});

	test("the answer's transmit timestamp is the time, to the millisecond", () => {
		assert.ok(Math.abs((timeOf(answer(TIME + 678), NONCE) as number) - TIME - 678) < 0.001);
	});

	test("a packet inside a larger buffer is read from where it begins", () => {
		const buffer = new Uint8Array(PACKET + 7);
		buffer.set(answer(TIME), 7);
		assert.equal(timeOf(buffer.subarray(7), NONCE), TIME);
	});

	test("the era after 2036 is understood (RFC 4330, 3)", () => {
		const time = Date.UTC(2040, 0, 1);
		assert.equal(timeOf(answer(time), NONCE), time);
	});

	for (const [name, change] of [
		["an answer to another question", (packet) => packet.fill(9, 24, 25)],
		["a client's packet", (packet) => packet.fill(0x23, 0, 1)],
		["an answer of a server without a time", (packet) => packet.fill(0xe4, 0, 1)],
		["a kiss of death", (packet) => packet.fill(0, 1, 2)],
		["an answer of a stratum that there is not", (packet) => packet.fill(16, 1, 2)],
		["a time before this firmware", (packet) => packet.fill(0xe0, 40, 41)],
	] as [string, (packet: Uint8Array) => void][])
		test(`${name} is not taken`, () => {
			assert.equal(timeOf(answer(TIME, change), NONCE), undefined);
		});

	test("what is too short is not taken", () => {
		assert.equal(timeOf(answer(TIME).subarray(0, PACKET - 1), NONCE), undefined);
	});

	test("no bytes whatever make it throw", () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
				const time = timeOf(bytes, new Uint8Array(TIMESTAMP));
				assert.ok(time === undefined || time >= Date.UTC(2026, 0, 1));
			}),
		);
	});
});
