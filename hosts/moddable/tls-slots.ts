import type { Timers } from "../host";

/** The few TLS connections that there may be at a time, given in the order of asking. */
export class TlsSlots {
	readonly #timers: Timers;
	readonly #waiting = new Set<() => void>();
	#free: number;

	constructor(count: number, timers: Timers) {
		this.#free = count;
		this.#timers = timers;
	}

	/** How many wait for one. */
	get waiting(): number {
		return this.#waiting.size;
	}

	/** Calls back when there is one, never before the return. The function returned gives it back, or ends the waiting. */
	take(granted: () => void): () => void {
		let state: "waits" | "has" | "done" = "waits";
		const grant = () => {
			state = "has";
			this.#timers.once(() => {
				if (state === "has") granted();
			}, 0);
		};
		if (this.#free > 0) {
			this.#free--;
			grant();
		} else this.#waiting.add(grant);
		return () => {
			if (state === "waits") this.#waiting.delete(grant);
			else if (state === "has") this.#giveBack();
			state = "done";
		};
	}

	#giveBack(): void {
		for (const next of this.#waiting) {
			this.#waiting.delete(next);
			next();
			return;
		}
		this.#free++;
	}
}
