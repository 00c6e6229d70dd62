import { Digest as Algorithm } from "crypt";
import type { Digest } from "../host";

/** The SDK's typings know ArrayBuffer alone; it takes any view. */
interface Hash {
	write(bytes: string | ArrayBuffer | Uint8Array): void;
	close(): ArrayBuffer;
}

/** RFC 2104: both hashes work in blocks of this. */
const BLOCK = 64;

export function digest(algorithm: Digest, bytes: Uint8Array): string {
	return digestBytes(algorithm, bytes).toHex();
}

export function digestBytes(algorithm: Digest, bytes: Uint8Array): Uint8Array {
	const hash: Hash = new Algorithm(algorithm);
	hash.write(bytes);
	return new Uint8Array(hash.close());
}

interface Pads {
	inner: Uint8Array;
	outer: Uint8Array;
}

/** Of keys in use, for as long as the keys themselves are kept: making them takes longer than the rest. */
let known: WeakMap<Uint8Array, Pads> | undefined;

/** HMAC-SHA256 (RFC 2104). The bytes of a key must not change. */
export function hmac(key: Uint8Array, bytes: Uint8Array): string {
	known ??= new WeakMap();
	let pads = known.get(key);
	if (!pads) {
		const short = key.length > BLOCK ? digestBytes("SHA256", key) : key;
		pads = { inner: padded(short, 0x36), outer: padded(short, 0x5c) };
		known.set(key, pads);
	}
	const inner: Hash = new Algorithm("SHA256");
	inner.write(pads.inner);
	inner.write(bytes);
	const outer: Hash = new Algorithm("SHA256");
	outer.write(pads.outer);
	outer.write(inner.close());
	return new Uint8Array(outer.close()).toHex();
}

/** A new SHA-256 that takes its input in pieces. */
export function sha256(): { add(bytes: Uint8Array): void; finish(): string } {
	const hash: Hash = new Algorithm("SHA256");
	return {
		add: (bytes) => hash.write(bytes),
		finish: () => new Uint8Array(hash.close()).toHex(),
	};
}

function padded(key: Uint8Array, value: number): Uint8Array {
	const block = new Uint8Array(BLOCK);
	block.set(key);
	// By words: XS takes long for a loop itself.
	const words = new Int32Array(block.buffer);
	const mask = value * 0x01010101;
	for (let i = 0; i < BLOCK / 4; i++) words[i] = words[i]! ^ mask;
	return block;
}
