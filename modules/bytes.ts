/** One after the other, in new memory. */
export function join(first: Uint8Array, second: Uint8Array): Uint8Array {
	const bytes = new Uint8Array(first.length + second.length);
	bytes.set(first);
	bytes.set(second, first.length);
	return bytes;
}

/**
 * Compares a text from outside with an expected one, in a time that depends on the length of `given` alone and tells
 * nothing of where they differ. `expected`: a digest in hex.
 */
export function sameText(expected: string, given: string): boolean {
	const bytes = new TextEncoder().encode(expected + given);
	if (bytes.length !== 2 * expected.length) return false;
	// By words, in whole ones of which the hex of a digest is: XS takes long for a loop.
	const words = new Int32Array(bytes.buffer);
	const half = words.length >> 1;
	let difference = 0;
	for (let i = 0; i < half; i++) difference |= words[i]! ^ words[half + i]!;
	return difference === 0;
}

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Base64 with padding (RFC 4648, 4). */
export function toBase64(bytes: Uint8Array): string {
	let text = "";
	for (let i = 0; i < bytes.length; i += 3) {
		const left = bytes.length - i;
		const group = ((bytes[i] as number) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
		for (let digit = 0; digit < 4; digit++)
			text += digit <= left ? BASE64[(group >> (18 - 6 * digit)) & 63] : "=";
	}
	return text;
}

/** The bytes of a base64 text with padding; undefined if it is none. */
export function fromBase64(text: string): Uint8Array | undefined {
	if (text.length % 4 !== 0) return undefined;
	const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
	const bytes = new Uint8Array((text.length / 4) * 3 - padding);
	let bits = 0;
	for (let i = 0; i < text.length - padding; i++) {
		const digit = BASE64.indexOf(text[i] as string);
		if (digit < 0) return undefined;
		bits = ((bits << 6) | digit) & 0xffffff;
		const at = (i >> 2) * 3 + (i & 3) - 1;
		if ((i & 3) > 0) bytes[at] = bits >> (6 - 2 * (i & 3));
	}
	return bytes;
}
