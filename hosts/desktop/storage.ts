import { closeSync, existsSync, fdatasyncSync, fstatSync, openSync, readSync, writeSync } from "node:fs";
import type { Storage } from "../host";
import { ERASED, SECTOR_SIZE, SECTORS } from "../simulated/sectors";
import { replaceFile } from "./flash";

/** A stretch of flash in a file: byte for byte what would be in the chip. Nobody but the user can read it. */
export class FileStorage implements Storage {
	readonly sectors: number;
	readonly sectorSize = SECTOR_SIZE;
	#file: number;

	/** Makes the file, all erased, if it is not there. Throws an Error with a line for the user. */
	constructor(path: string, sectors = SECTORS) {
		if (!existsSync(path)) replaceFile(path, new Uint8Array(sectors * SECTOR_SIZE).fill(ERASED));
		this.#file = openSync(path, "r+");
		// One that another version made keeps its size.
		const { size } = fstatSync(this.#file);
		this.sectors = size / SECTOR_SIZE;
		if (Number.isInteger(this.sectors) && this.sectors > 1) return;
		this.close();
		throw new Error(`${path} is damaged: delete it, and with it the points that were not sent yet`);
	}

	read(sector: number, offset: number, count: number): Uint8Array {
		const bytes = new Uint8Array(count);
		const position = this.#position(sector, offset, count);
		for (let done = 0; done < count; ) {
			const read = readSync(this.#file, bytes, done, count - done, position + done);
			if (read === 0) throw new Error("the file has become shorter");
			done += read;
		}
		return bytes;
	}

	write(sector: number, offset: number, bytes: Uint8Array): void {
		const position = this.#position(sector, offset, bytes.length);
		for (let done = 0; done < bytes.length; )
			done += writeSync(this.#file, bytes, done, bytes.length - done, position + done);
		fdatasyncSync(this.#file);
	}

	erase(sector: number): void {
		this.write(sector, 0, new Uint8Array(SECTOR_SIZE).fill(ERASED));
	}

	close(): void {
		closeSync(this.#file);
	}

	/** Where it is in the file. A sector's neighbors are never touched. */
	#position(sector: number, offset: number, count: number): number {
		const inside = sector >= 0 && sector < this.sectors && offset >= 0 && offset + count <= SECTOR_SIZE;
		if (!inside) throw new RangeError("not within a sector");
		return sector * SECTOR_SIZE + offset;
	}
}
