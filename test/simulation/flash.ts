import type { Flash, Storage } from "../../hosts/host";
import { type Power, PowerCut } from "./power";
import type { Random } from "./random";
import type { World } from "./world";

export interface FlashParts {
	world: World;
	power: Power;
	random: Random;
}

/** Keys and values, as NVS keeps them: each change is there as a whole or not at all. */
export class SimulatedFlash implements Flash {
	readonly contents = new Map<string, Uint8Array>();
	/** It takes no change. */
	refuses = false;
	/** When it last did not. */
	refusedAt = 0;
	/** Counts its changes. */
	changes = 0;
	readonly #parts: FlashParts;

	constructor(parts: FlashParts) {
		this.#parts = parts;
	}

	get(key: string): Uint8Array | undefined {
		return this.contents.get(key)?.slice();
	}

	set(key: string, value: Uint8Array): void {
		this.#change(() => this.contents.set(key, value.slice()), key);
	}

	delete(key: string): void {
		this.#change(() => this.contents.delete(key), key);
	}

	#change(change: () => void, key: string): void {
		const { world, power, random } = this.#parts;
		if (!/^[a-z]{1,15}$/.test(key)) world.violate(`${key} is no key for a flash`);
		if (power.goes()) {
			world.count("fault: power cut within a change of the settings");
			if (random.chance(0.5)) {
				change();
				this.changes++;
			}
			throw new PowerCut();
		}
		if (this.refuses) {
			this.refusedAt = world.now;
			world.count("fault: a change of the settings refused");
			throw new Error("ESP_ERR_NVS_NOT_ENOUGH_SPACE");
		}
		change();
		this.changes++;
	}
}

const ERASED = 0xff;

/** Sectors that lose their power in the middle of a write or an erase, and keep what flash keeps then. */
export class SimulatedStorage implements Storage {
	readonly sectors: number;
	readonly sectorSize: number;
	readonly bytes: Uint8Array;
	/** How often a sector was erased, and how often a write or an erase was left undone. */
	erases = 0;
	failures = 0;
	/** Writes and erases fail, some of them after a part. */
	refuses = false;
	readonly #parts: FlashParts;

	constructor(parts: FlashParts, sectors = 12, sectorSize = 1024) {
		this.#parts = parts;
		this.sectors = sectors;
		this.sectorSize = sectorSize;
		this.bytes = new Uint8Array(sectors * sectorSize).fill(ERASED);
	}

	read(sector: number, offset: number, count: number): Uint8Array {
		if (offset < 0 || offset + count > this.sectorSize || sector < 0 || sector >= this.sectors)
			this.#parts.world.violate("the storage is read beyond its sectors");
		const at = sector * this.sectorSize + offset;
		return this.bytes.slice(at, at + count);
	}

	write(sector: number, offset: number, bytes: Uint8Array): void {
		const { world } = this.#parts;
		if (offset % 4 || bytes.length % 4 || offset + bytes.length > this.sectorSize)
			world.violate("a write to the storage is not aligned, or beyond its sector");
		const start = sector * this.sectorSize + offset;
		if (this.bytes.subarray(start, start + bytes.length).some((byte) => byte !== ERASED))
			world.violate("the storage is written over what was not erased");
		this.#change("write", (whole) => {
			if (whole) this.bytes.set(bytes, start);
			else this.#writeSome(start, bytes);
		});
	}

	erase(sector: number): void {
		const start = sector * this.sectorSize;
		this.erases++;
		this.#change("erase", (whole) => {
			if (whole) this.bytes.fill(ERASED, start, start + this.sectorSize);
			else this.#eraseSome(start);
		});
	}

	/** Cut off, the first bytes are written, or bytes here and there, and of some of them only a few bits. */
	#writeSome(start: number, bytes: Uint8Array): void {
		const { random } = this.#parts;
		const isStretch = random.chance(0.5);
		const count = isStretch ? random.below(bytes.length) : bytes.length;
		for (let i = 0; i < count; i++)
			if (isStretch || random.chance(0.5))
				this.bytes[start + i]! &= random.chance(0.9) ? bytes[i]! : bytes[i]! | random.below(256);
		if (isStretch) this.bytes[start + count] = bytes[count]! | random.below(256);
	}

	/** Cut off, a stretch of a sector is erased, or bytes here and there, and of some of them only a few bits. */
	#eraseSome(start: number): void {
		const { random } = this.#parts;
		const isStretch = random.chance(0.5);
		const from = isStretch ? random.below(this.sectorSize) : 0;
		for (let i = from; i < this.sectorSize; i++)
			if (isStretch || random.chance(0.7))
				this.bytes[start + i]! |= random.chance(0.95) ? ERASED : random.below(256);
	}

	#change(kind: string, change: (whole: boolean) => void): void {
		const { world, power, random } = this.#parts;
		if (power.goes()) {
			this.failures++;
			world.count(`fault: power cut within a ${kind} of the ring`);
			change(false);
			throw new PowerCut();
		}
		if (this.refuses) {
			this.failures++;
			world.count(`fault: a ${kind} of the ring refused`);
			if (random.chance(0.5)) change(false);
			throw new Error("ESP_ERR_FLASH_OP_FAIL");
		}
		change(true);
	}
}
