import type { Storage } from "./host";

/** A stretch of flash by its positions: the part of the SDK's that is used here. */
export interface Partition {
	status(): { blocks: number; blockLength: number };
	read(count: number, position: number): ArrayBuffer;
	write(bytes: Uint8Array, position: number): void;
	eraseBlock(block: number): void;
}

/** A partition of flash, sector by sector. */
export class PartitionStorage implements Storage {
	readonly sectors: number;
	readonly sectorSize: number;
	readonly #partition: Partition;

	constructor(partition: Partition) {
		this.#partition = partition;
		const { blocks, blockLength } = partition.status();
		this.sectors = blocks;
		this.sectorSize = blockLength;
	}

	read(sector: number, offset: number, count: number): Uint8Array {
		return new Uint8Array(this.#partition.read(count, this.#position(sector, offset, count)));
	}

	write(sector: number, offset: number, bytes: Uint8Array): void {
		this.#partition.write(bytes, this.#position(sector, offset, bytes.length));
	}

	erase(sector: number): void {
		this.#position(sector, 0, this.sectorSize);
		this.#partition.eraseBlock(sector);
	}

	/** Where it is in the partition. A sector's neighbors are never touched. */
	#position(sector: number, offset: number, count: number): number {
		const inside = sector >= 0 && sector < this.sectors && offset >= 0 && offset + count <= this.sectorSize;
		if (!inside) throw new RangeError("not within a sector");
		return sector * this.sectorSize + offset;
	}
}
