import type { Storage } from "../host";
import { PartitionStorage } from "../partition";

/** Bytes, as in a flash chip. */
const SECTOR_SIZE = 4096;

/**
 * Room for 64 hours of points at one in 10 s (23,040): a sector holds 78 of up to 40 bytes, each with its note
 * of 12 bytes that it was sent; 101 while none is sent, which makes 83 hours. One more is being erased.
 */
const SECTORS = 297;

/** Bytes of the file. */
export const STORAGE_SIZE = SECTORS * SECTOR_SIZE;

/** What an erased byte is. */
export const ERASED = 0xff;

/** A file that is there. What it has written is on the disk when it returns. */
export interface StorageFile {
	path: string;
	/** Bytes. One that another version made keeps its size. */
	size: number;
	read(count: number, position: number): ArrayBuffer;
	write(bytes: Uint8Array, position: number): void;
}

/** A stretch of flash in a file: byte for byte what would be in the chip. Throws an Error with a line for the user. */
export function storageIn({ path, size, read, write }: StorageFile): Storage {
	const blocks = size / SECTOR_SIZE;
	if (!Number.isInteger(blocks) || blocks < 2)
		throw new Error(`${path} is damaged: delete it, and with it the points that were not sent yet`);
	return new PartitionStorage({
		status: () => ({ blocks, blockLength: SECTOR_SIZE }),
		read,
		write,
		eraseBlock: (block) => write(new Uint8Array(SECTOR_SIZE).fill(ERASED), block * SECTOR_SIZE),
	});
}
