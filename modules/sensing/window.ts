import type { Readings } from "../../hosts/host";
import { WINDOW } from "../limits";
import { QUANTITIES } from "./quantities";

/** What WINDOW ms of readings came to. */
export interface Measured {
	/** Means or sums, as modules/sensing/quantities.ts has it; what was never read is absent. */
	readonly readings: Readings;
	/** How often something moved past. */
	readonly motionEvents: number;
	/** How many readings are in it. */
	readonly samples: number;
}

export interface Window extends Measured {
	/** When it started, in seconds since 1970: a multiple of 10. */
	readonly time: number;
}

/** The start of the window that an instant falls into; both in ms. */
export function windowStart(instant: number): number {
	return Math.floor(instant / WINDOW) * WINDOW;
}

/** A window while it is being filled. Times in ms. */
export class OpenWindow {
	/** When it starts: by the wall clock if `synced`, else by the monotonic one. */
	start: number;
	/** When it starts and ends by the monotonic clock. */
	readonly monotonic: number;
	end: number;
	/** How far the wall clock was ahead of the monotonic one when the window was aligned. */
	offset: number;
	synced: boolean;
	motionEvents = 0;
	#samples = 0;
	#sums: Readings = {};
	#counts: Readings = {};

	constructor(start: number, offset: number, synced: boolean) {
		this.start = start;
		this.monotonic = synced ? start - offset : start;
		this.end = this.monotonic + WINDOW;
		this.offset = offset;
		this.synced = synced;
	}

	/** From now on the window goes by the wall clock, which has been set. */
	set(offset: number): void {
		this.start = windowStart(this.monotonic + offset);
		this.synced = true;
		this.offset = offset;
	}

	/** Ends where the wall clock, whose offset has changed, has the window end, if that is earlier. */
	align(offset: number): void {
		this.end = Math.min(this.end, this.start + WINDOW - offset);
		this.offset = offset;
	}

	/** Takes the finite ones; a reading without any is none. */
	add(readings: Readings): void {
		let usable = false;
		for (const { name } of QUANTITIES) {
			const value = readings[name];
			if (!Number.isFinite(value)) continue;
			usable = true;
			this.#sums[name] = (this.#sums[name] ?? 0) + value!;
			this.#counts[name] = (this.#counts[name] ?? 0) + 1;
		}
		if (usable) this.#samples++;
	}

	/** What came together; undefined if nothing did. */
	close(): Measured | undefined {
		if (this.#samples === 0 && this.motionEvents === 0) return undefined;
		const readings: Readings = {};
		for (const { name, decimals, aggregation } of QUANTITIES) {
			const sum = this.#sums[name];
			if (sum === undefined) continue;
			const value = round(aggregation === "sum" ? sum : sum / this.#counts[name]!, decimals);
			if (Number.isFinite(value)) readings[name] = value;
		}
		return { readings, motionEvents: this.motionEvents, samples: this.#samples };
	}
}

/** Adding 0 makes 0 of -0, which a database and JSON would write differently. */
function round(value: number, decimals: number): number {
	const scale = 10 ** decimals;
	return Math.round(value * scale) / scale + 0;
}
