import type { Storage } from "../host";
import { ERASED, SECTOR_SIZE, SECTORS } from "../simulated/sectors";
import { fileSize, fillFile, readPart, writePart } from "./disk";

/** A stretch of flash in a file: byte for byte what would be in the chip. Nobody but the user can read it. */
export class DiskStorage implements Storage {
	readonly sectors: number;
	readonly sectorSize = SECTOR_SIZE;
	readonly #path: string;

	/** Makes the file, all erased, if it is not there. Throws an Error with a line for the user. */
	constructor(path: string) {
		this.#path = path;
		const size = fileSize(path) ?? fillFile(path, SECTORS * SECTOR_SIZE, ERASED);
		this.sectors = size / SECTOR_SIZE;
		if (!Number.isInteger(this.sectors) || this.sectors < 2)
			throw new Error("points is damaged: delete it, and with it the points that were not sent yet");
	}

	read(sector: number, offset: number, count: number): Uint8Array {
		return new Uint8Array(readPart(this.#path, this.#position(sector, offset, count), count));
	}

	write(sector: number, offset: number, bytes: Uint8Array): void {
		writePart(this.#path, this.#position(sector, offset, bytes.length), bytes);
	}

	erase(sector: number): void {
		this.write(sector, 0, new Uint8Array(SECTOR_SIZE).fill(ERASED));
	}

	/** Where it is in the file. A sector's neighbors are never touched. */
	#position(sector: number, offset: number, count: number): number {
		const inside = sector >= 0 && sector < this.sectors && offset >= 0 && offset + count <= SECTOR_SIZE;
		if (!inside) throw new RangeError("not within a sector");
		return sector * SECTOR_SIZE + offset;
	}
}
