const HEX = "0123456789abcdef";

/** Lower-case hex of `bytes`. */
export function toHex(bytes: Uint8Array): string {
	let text = "";
	for (let i = 0; i < bytes.length; i++) {
		const byte = bytes[i] as number;
		text += (HEX[byte >> 4] as string) + HEX[byte & 15];
	}
	return text;
}

/**
 * Whether two texts are equal, in a time that depends on the length of `given` alone and not on where
 * they differ. For secrets.
 */
export function equalSecrets(expected: string, given: string): boolean {
	let difference = expected.length ^ given.length;
	for (let i = 0; i < given.length; i++)
		difference |= given.charCodeAt(i) ^ expected.charCodeAt(i % expected.length);
	return difference === 0;
}
