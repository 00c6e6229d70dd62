import assert from "node:assert/strict";
import type { Storage } from "../../hosts/host";

/** Flash that can lose its power after any byte, and that holds its user to the rules of flash. */
export class FakeStorage implements Storage {
	readonly sectors: number;
	readonly sectorSize: number;
	readonly bytes: Uint8Array;
	/** Bytes that can still be written before the power goes. An erase counts for one. */
	power = Number.POSITIVE_INFINITY;
	readonly erased: number[];

	constructor(sectors = 4, sectorSize = 256) {
		this.sectors = sectors;
		this.sectorSize = sectorSize;
		this.bytes = new Uint8Array(sectors * sectorSize).fill(0xff);
		this.erased = Array(sectors).fill(0);
	}

	read(sector: number, offset: number, count: number): Uint8Array {
		assert.ok(offset + count <= this.sectorSize);
		return this.bytes.slice(sector * this.sectorSize + offset, sector * this.sectorSize + offset + count);
	}

	write(sector: number, offset: number, bytes: Uint8Array): void {
		assert.ok(offset % 4 === 0 && bytes.length % 4 === 0 && offset + bytes.length <= this.sectorSize);
		for (let i = 0; i < bytes.length; i++) {
			if (this.power-- <= 0) throw new Error("no power");
			const at = sector * this.sectorSize + offset + i;
			assert.equal(this.bytes[at], 0xff, "written twice without an erase");
			this.bytes[at] = bytes[i]!;
		}
	}

	erase(sector: number): void {
		if (this.power-- <= 0) {
			// Any part of it may be gone: here all but the header, or bytes here and there.
			for (let i = sector % 2 ? 24 : 0; i < this.sectorSize; i += 1 + (sector % 2) * 2)
				if (i % 7 < 5) this.bytes[sector * this.sectorSize + i] = 0xff;
			throw new Error("no power");
		}
		this.erased[sector]!++;
		this.bytes.fill(0xff, sector * this.sectorSize, (sector + 1) * this.sectorSize);
	}
}
