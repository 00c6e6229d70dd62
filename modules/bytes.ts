/** Lower-case hex of a digest: of whole 32-bit words, which XS turns into text in one step. */
export function toHex(digest: Uint8Array): string {
	const view = new DataView(digest.buffer, digest.byteOffset, digest.length);
	let text = "";
	for (let at = 0; at < digest.length; at += 4)
		text += (0x1_0000_0000 + view.getUint32(at)).toString(16).slice(1);
	return text;
}

/**
 * Whether a text is the `expected` one, which is the hex of a digest. The time that it takes depends on the length
 * of `given` alone, and not on where they differ.
 */
export function equalSecrets(expected: string, given: string): boolean {
	const encoder = new TextEncoder();
	const left = encoder.encode(expected);
	const right = encoder.encode(given);
	if (left.length !== right.length) return false;
	const leftWords = new Int32Array(left.buffer);
	const rightWords = new Int32Array(right.buffer);
	const { length } = leftWords;
	let difference = 0;
	for (let i = 0; i < length; i++) difference |= leftWords[i]! ^ rightWords[i]!;
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
