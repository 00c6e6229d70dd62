import type { Storage } from "../../hosts/host";
import { decodePoint, encodePoint, POINT_BYTES, type Point } from "../sensing/point";
import { crc32 } from "./crc32";

/**
 * The points that wait to be sent, in a ring of flash sectors that outlives a loss of power.
 *
 * A sector is erased once each time round, and written from front to back, so wear is spread evenly. It
 * begins with a header (magic, number of the sector in the order of writing, number of its first point, how
 * many points had been sent and how many lost by then, CRC) and goes on with records: length, kind, content,
 * padding to four bytes, CRC. Points are numbered from 0 in the order of writing. That points below a number
 * are done with is a record too, and stands in each header: so only the newest sector is read at start.
 *
 * A write that the power cut off fails its CRC; what follows goes into the next sector. What was sent but
 * not yet noted is sent again: the database knows it by its time.
 */
export class PointLog {
	#storage: Storage;
	/** By sector: its place in the order of writing, 0 = holds nothing; and the number of its first point. */
	#order: Uint32Array;
	#firstPoints: Uint32Array;
	#sector = -1;
	/** The highest number that was given to a sector, also if its header could not be written. */
	#lastOrder = 0;
	/** Where the next record goes in the current sector. */
	#offset = 0;
	#next = 0;
	#done = 0;
	#lost = 0;

	/** Finds what was stored before. Throws if the storage cannot be read. */
	constructor(storage: Storage) {
		this.#storage = storage;
		this.#order = new Uint32Array(storage.sectors);
		this.#firstPoints = new Uint32Array(storage.sectors);
		this.#mount();
	}

	/** How many points wait. */
	get waiting(): number {
		return this.#next - this.#first();
	}

	/** How many points were lost because the ring was full. */
	get lost(): number {
		return this.#lost;
	}

	/** The number of the newest point. */
	get last(): number {
		return this.#next - 1;
	}

	/** Stores a point; the oldest make room if they must. Throws if it cannot be written. */
	append(point: Point): void {
		this.#write(POINT, encodePoint(point));
		this.#next++;
	}

	/**
	 * Reads up to `count` waiting points, from number `from` or the oldest on, with the number that each has: one by
	 * one, as a chip has no memory for all of them at once.
	 */
	read(count: number, from: number, take: (point: Point, number: number) => void): void {
		let taken = 0;
		let number = Math.max(from, this.#first());
		while (taken < count && number < this.#next) {
			const sector = this.#sectorOf(number);
			if (sector < 0) break;
			const after = this.#after(sector);
			let at = this.#firstPoints[sector] as number;
			this.#scan(sector, (kind, content) => {
				// A write may have failed after all of it was written: the number went to the next sector's first.
				if (kind !== POINT || taken >= count || at >= after) return;
				const point = at >= number ? decodePoint(content) : undefined;
				if (point) {
					take(point, at);
					taken++;
				}
				at++;
			});
			number = after;
		}
	}

	/** All points below `number` are done with. Throws if that cannot be noted; they are then sent again. */
	release(number: number): void {
		if (number <= this.#done) return;
		this.#done = Math.min(number, this.#next);
		const content = new Uint8Array(4);
		new DataView(content.buffer).setUint32(0, this.#done);
		this.#write(DONE, content);
	}

	/** Erases everything: at factory reset. Throws if the storage fails. */
	erase(): void {
		eraseStorage(this.#storage);
		this.#order.fill(0);
		this.#firstPoints.fill(0);
		this.#sector = -1;
		this.#lastOrder = 0;
		this.#next = 0;
		this.#done = 0;
		this.#lost = 0;
	}

	#first(): number {
		return Math.max(this.#done, this.#oldest());
	}

	/** The number of the oldest point that is still stored. */
	#oldest(): number {
		let order = Number.POSITIVE_INFINITY;
		let first = this.#next;
		for (let sector = 0; sector < this.#order.length; sector++) {
			const candidate = this.#order[sector] as number;
			if (candidate === 0 || candidate >= order) continue;
			order = candidate;
			first = this.#firstPoints[sector] as number;
		}
		return first;
	}

	/** The sector that holds a point: the last one whose first point is not beyond it. */
	#sectorOf(number: number): number {
		let found = -1;
		for (let sector = 0; sector < this.#order.length; sector++) {
			if (this.#order[sector] === 0 || (this.#firstPoints[sector] as number) > number) continue;
			if (found < 0 || (this.#order[sector] as number) > (this.#order[found] as number)) found = sector;
		}
		return found;
	}

	/** The number of the first point behind a sector. */
	#after(sector: number): number {
		const order = this.#order[sector] as number;
		let next = Number.POSITIVE_INFINITY;
		let first = this.#next;
		for (let other = 0; other < this.#order.length; other++) {
			const candidate = this.#order[other] as number;
			if (candidate <= order || candidate >= next) continue;
			next = candidate;
			first = this.#firstPoints[other] as number;
		}
		return first;
	}

	#mount(): void {
		for (let sector = 0; sector < this.#storage.sectors; sector++) {
			const header = this.#header(sector);
			if (!header) continue;
			this.#order[sector] = header.order;
			this.#firstPoints[sector] = header.firstPoint;
			if (this.#sector >= 0 && header.order < (this.#order[this.#sector] as number)) continue;
			this.#sector = sector;
			this.#lastOrder = header.order;
			this.#next = header.firstPoint;
			this.#done = header.done;
			this.#lost = header.lost;
		}
		if (this.#sector < 0) return;
		const end = this.#scan(this.#sector, (kind, content) => {
			if (kind === POINT) this.#next++;
			else if (kind === DONE && content.length === 4)
				this.#done = new DataView(content.buffer, content.byteOffset, 4).getUint32(0);
		});
		this.#offset = end;
	}

	/** Goes through the records of a sector; returns where the next one goes, or the end if none can. */
	#scan(sector: number, visit: (kind: number, content: Uint8Array) => void): number {
		const { sectorSize } = this.#storage;
		const bytes = this.#storage.read(sector, 0, sectorSize);
		let at = HEADER;
		while (at + recordSize(0) <= sectorSize) {
			const length = bytes[at] as number;
			if (length === ERASED) {
				// Written from front to back: behind the last record all is erased, or a write was cut off.
				for (let i = at; i < sectorSize; i++) if (bytes[i] !== ERASED) return sectorSize;
				return at;
			}
			const end = align(at + 2 + length);
			if (end + 4 > sectorSize) return sectorSize;
			const crc = new DataView(bytes.buffer, bytes.byteOffset + end, 4).getUint32(0);
			if (crc !== crc32(bytes, at, end)) return sectorSize;
			visit(bytes[at + 1] as number, bytes.subarray(at + 2, at + 2 + length));
			at = end + 4;
		}
		return sectorSize;
	}

	#write(kind: number, content: Uint8Array): void {
		const record = new Uint8Array(recordSize(content.length)).fill(ERASED);
		record[0] = content.length;
		record[1] = kind;
		record.set(content, 2);
		const end = record.length - 4;
		new DataView(record.buffer).setUint32(end, crc32(record, 0, end));
		if (this.#sector < 0 || this.#offset + record.length > this.#storage.sectorSize) this.#nextSector();
		const offset = this.#offset;
		// If the write fails, what it left is not written over.
		this.#offset = this.#storage.sectorSize;
		this.#storage.write(this.#sector, offset, record);
		this.#offset = offset + record.length;
	}

	#nextSector(): void {
		const { sectors, sectorSize } = this.#storage;
		const sector = (this.#sector + 1) % sectors;
		const waited = this.#first();
		this.#order[sector] = 0;
		const lost = Math.max(0, this.#oldest() - waited);
		this.#storage.erase(sector);
		this.#lost += lost;
		const header = new Uint8Array(HEADER);
		const view = new DataView(header.buffer);
		const order = ++this.#lastOrder;
		[MAGIC, order, this.#next, this.#done, this.#lost].forEach((value, i) => {
			view.setUint32(4 * i, value);
		});
		view.setUint32(HEADER - 4, crc32(header, 0, HEADER - 4));
		this.#sector = sector;
		this.#offset = sectorSize;
		this.#storage.write(sector, 0, header);
		this.#order[sector] = order;
		this.#firstPoints[sector] = this.#next;
		this.#offset = HEADER;
	}

	#header(sector: number): { order: number; firstPoint: number; done: number; lost: number } | undefined {
		const bytes = this.#storage.read(sector, 0, HEADER);
		const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER);
		if (view.getUint32(0) !== MAGIC || view.getUint32(HEADER - 4) !== crc32(bytes, 0, HEADER - 4))
			return undefined;
		const [order, firstPoint, done, lost] = [4, 8, 12, 16].map((at) => view.getUint32(at)) as [
			number,
			number,
			number,
			number,
		];
		return { order, firstPoint, done, lost };
	}
}

/** Erases all sectors in which anything was ever written: each begins with its header. */
export function eraseStorage(storage: Storage): void {
	for (let sector = 0; sector < storage.sectors; sector++)
		if (storage.read(sector, 0, HEADER).some((byte) => byte !== ERASED)) storage.erase(sector);
}

/** "A16p" */
const MAGIC = 0x41313670;
const HEADER = 24;
const POINT = 1;
const DONE = 2;
const ERASED = 0xff;

/** What one point takes of a sector. */
export const POINT_RECORD_BYTES = recordSize(POINT_BYTES);

function recordSize(content: number): number {
	return align(2 + content) + 4;
}

function align(size: number): number {
	return (size + 3) & ~3;
}
