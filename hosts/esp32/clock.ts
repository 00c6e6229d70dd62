import type { Clock } from "../host";

/** Wall time on a chip without a battery: not known until it is set, then the monotonic clock and an offset. */
export class SettableClock implements Clock {
	/** ms since the start. */
	readonly monotonic: () => number;
	#offset: number | undefined;

	constructor(monotonic: () => number) {
		this.monotonic = monotonic;
	}

	get synced(): boolean {
		return this.#offset !== undefined;
	}

	now(): number {
		return this.monotonic() + (this.#offset ?? 0);
	}

	/** `time`: what it is now, ms since 1970. */
	set(time: number): void {
		this.#offset = Math.round(time - this.monotonic());
	}
}
