/** A value that tells whether all of it is there: 4 to 3000 bytes, all of which follow from the first two. */
export function valueOfRound(round: number): Uint8Array {
	const bytes = new Uint8Array(4 + ((round * 7919) % 2997));
	for (let i = 0; i < bytes.length; i++) bytes[i] = (round * 31 + i) & 0xff;
	bytes[0] = round & 0xff;
	bytes[1] = (round >> 8) & 0xff;
	return bytes;
}

/** The round of a whole value; undefined if it is not one. */
export function roundOf(bytes: Uint8Array): number | undefined {
	const round = bytes[0]! | (bytes[1]! << 8);
	return Buffer.compare(valueOfRound(round), bytes) === 0 ? round : undefined;
}
