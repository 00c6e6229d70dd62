import { WINDOWS_UNTIMED } from "../limits";
import { decodePoint, encodePoint, POINT_BYTES } from "./point";
import type { Window } from "./window";

/** A length, a number of readings, and the longest point. */
const HEADER = 2;
const RECORD = HEADER + POINT_BYTES;

/**
 * Windows from before the clock was set, the oldest first. They are kept in bytes: as objects of XS an hour of them would
 * take as much memory as the smallest chip has.
 */
export class UntimedWindows {
	/** A ring of records; there is none as long as nothing waits. */
	#records: Uint8Array | undefined;
	#first = 0;
	#count = 0;

	get count(): number {
		return this.#count;
	}

	/** `time` is in seconds of whatever clock goes. False: the oldest one had to make room. */
	add(window: Window): boolean {
		this.#records ??= new Uint8Array(RECORD * WINDOWS_UNTIMED);
		const full = this.#count === WINDOWS_UNTIMED;
		if (full) this.#first = (this.#first + 1) % WINDOWS_UNTIMED;
		else this.#count++;
		const bytes = encodePoint(window);
		const at = RECORD * ((this.#first + this.#count - 1) % WINDOWS_UNTIMED);
		this.#records[at] = bytes.length;
		this.#records[at + 1] = Math.min(window.samples, 0xff);
		this.#records.set(bytes, at + HEADER);
		return !full;
	}

	/** Gives out all that wait, and forgets them. */
	take(each: (window: Window) => void): void {
		const records = this.#records;
		const [first, count] = [this.#first, this.#count];
		this.clear();
		for (let i = 0; records && i < count; i++) {
			const at = RECORD * ((first + i) % WINDOWS_UNTIMED);
			const [length, samples] = records.subarray(at, at + HEADER) as unknown as [number, number];
			const point = decodePoint(records.subarray(at + HEADER, at + HEADER + length));
			if (point) each({ ...point, samples });
		}
	}

	clear(): void {
		this.#records = undefined;
		this.#first = this.#count = 0;
	}
}
