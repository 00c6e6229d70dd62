import type { Clock, Timer, Timers } from "../host";

/** What the computer has for time; a test gives its own. */
export interface SystemTime {
	/** Wall time, ms since 1970. */
	now(): number;
	/** ms, never goes back. */
	monotonic(): number;
	set(callback: () => void, ms: number): unknown;
	clear(handle: unknown): void;
}

/** setTimeout takes a longer wait for none at all. */
const LONGEST = 0x7fff_ffff;

interface Entry {
	callback: () => void;
	/** On the computer's monotonic clock. */
	due: number;
	/** 0: once. */
	every: number;
	handle: unknown;
}

/**
 * Clock and timers that run `rate` times as fast as the computer's. The wall time begins as the computer's and
 * has its jumps. An exception in a callback goes to `onException` and no further.
 */
export class ScaledTime implements Clock, Timers {
	readonly synced = true;
	#rate: number;
	#onException: (error: unknown) => void;
	#system: SystemTime;
	#startMonotonic: number;

	constructor(rate: number, onException: (error: unknown) => void, system: SystemTime) {
		this.#rate = rate;
		this.#onException = onException;
		this.#system = system;
		this.#startMonotonic = system.monotonic();
	}

	now(): number {
		const passed = this.#system.monotonic() - this.#startMonotonic;
		return Math.floor(this.#system.now() + passed * (this.#rate - 1));
	}

	monotonic(): number {
		return this.#system.monotonic() * this.#rate;
	}

	once(callback: () => void, ms: number): Timer {
		return this.#add(callback, ms, false);
	}

	repeat(callback: () => void, ms: number): Timer {
		return this.#add(callback, ms, true);
	}

	clear(timer: Timer): void {
		if (timer) this.#system.clear((timer as Entry).handle);
	}

	#add(callback: () => void, ms: number, again: boolean): Entry {
		const wait = ms / this.#rate;
		const due = this.#system.monotonic() + wait;
		const entry: Entry = { callback, due, every: again ? wait : 0, handle: undefined };
		this.#arm(entry);
		return entry;
	}

	#arm(entry: Entry): void {
		const wait = Math.ceil(entry.due - this.#system.monotonic());
		entry.handle = this.#system.set(() => this.#run(entry), Math.min(Math.max(wait, 0), LONGEST));
	}

	#run(entry: Entry): void {
		const now = this.#system.monotonic();
		// setTimeout may be a fraction of a millisecond early: seconds of device time at a high rate.
		if (now < entry.due) {
			this.#arm(entry);
			return;
		}
		if (entry.every) {
			const next = entry.due + entry.every;
			// What was missed while the computer slept is not made up for.
			entry.due = next > now ? next : now + entry.every;
			this.#arm(entry);
		}
		try {
			entry.callback();
		} catch (error) {
			this.#onException(error);
		}
	}
}
