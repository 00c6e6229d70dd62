/** CRC-32 (IEEE 802.3, as in zlib), four bits at a time: a table of 16 is small enough for the chip. */
export function crc32(bytes: Uint8Array, start = 0, end = bytes.length): number {
	let crc = -1;
	for (let i = start; i < end; i++) {
		crc ^= bytes[i] as number;
		crc = (TABLE[crc & 15] as number) ^ (crc >>> 4);
		crc = (TABLE[crc & 15] as number) ^ (crc >>> 4);
	}
	return ~crc >>> 0;
}

const TABLE: readonly number[] = [
	0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c, 0xedb88320,
	0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
];
