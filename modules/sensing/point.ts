import type { Readings } from "../../hosts/host";
import { QUANTITIES } from "./quantities";

/** What one window measured, as it goes to the database. */
export interface Point {
	/** Begin of the window: seconds since 1970, a multiple of 10. The key in the database. */
	time: number;
	readings: Readings;
	motionEvents: number;
}

/** Bytes of the longest record: time, which quantities, events, and 4 for each quantity. */
export const POINT_BYTES = 4 + 1 + 2 + 4 * QUANTITIES.length;

/** A point in as few bytes as keep every digit that a quantity has. */
export function encodePoint({ time, readings, motionEvents }: Point): Uint8Array {
	const bytes = new Uint8Array(POINT_BYTES);
	const view = new DataView(bytes.buffer);
	view.setUint32(0, time);
	view.setUint16(5, Math.min(motionEvents, 0xffff));
	let present = 0;
	let at = 7;
	for (let i = 0; i < QUANTITIES.length; i++) {
		const { name, decimals } = QUANTITIES[i] as (typeof QUANTITIES)[number];
		const value = readings[name];
		if (value === undefined) continue;
		present |= 1 << i;
		view.setInt32(at, Math.max(-0x8000_0000, Math.min(Math.round(value * 10 ** decimals), 0x7fff_ffff)));
		at += 4;
	}
	bytes[4] = present;
	return bytes.subarray(0, at);
}

/** Reads what encodePoint wrote; undefined if it cannot be that. */
export function decodePoint(bytes: Uint8Array): Point | undefined {
	if (bytes.length < 7) return undefined;
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
	const present = bytes[4] as number;
	const readings: Readings = {};
	let at = 7;
	for (let i = 0; i < QUANTITIES.length; i++) {
		if (!(present & (1 << i))) continue;
		if (at + 4 > bytes.length) return undefined;
		const { name, decimals } = QUANTITIES[i] as (typeof QUANTITIES)[number];
		readings[name] = view.getInt32(at) / 10 ** decimals;
		at += 4;
	}
	return { time: view.getUint32(0), readings, motionEvents: view.getUint16(5) };
}
