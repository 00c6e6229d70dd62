import type { Timers } from "../host";

interface Waiting {
	who: string;
	grant(): void;
}

/** The few TLS connections that there may be at a time, given to whoever has fewest of them, in the order of asking. */
export class TlsSlots {
	readonly #timers: Timers;
	readonly #count: number;
	readonly #waiting = new Set<Waiting>();
	/** Who has one, and those that have several as often. */
	readonly #holders: string[] = [];

	constructor(count: number, timers: Timers) {
		this.#count = count;
		this.#timers = timers;
	}

	/** How many wait for one. */
	get waiting(): number {
		return this.#waiting.size;
	}

	/**
	 * Calls back when there is one, never before the return. `who`: an address, or the device itself. The function
	 * returned gives it back, or ends the waiting.
	 */
	take(granted: () => void, who = ""): () => void {
		let state: "waits" | "has" | "done" = "waits";
		const request: Waiting = {
			who,
			grant: () => {
				state = "has";
				this.#holders.push(who);
				this.#timers.once(() => {
					if (state === "has") granted();
				}, 0);
			},
		};
		if (this.#holders.length < this.#count) request.grant();
		else this.#waiting.add(request);
		return () => {
			if (state === "waits") this.#waiting.delete(request);
			else if (state === "has") this.#giveBack(who);
			state = "done";
		};
	}

	#giveBack(who: string): void {
		this.#holders.splice(this.#holders.indexOf(who), 1);
		let next: Waiting | undefined;
		let fewest = Infinity;
		for (const request of this.#waiting) {
			const count = this.#holders.filter((holder) => holder === request.who).length;
			if (count >= fewest) continue;
			next = request;
			fewest = count;
		}
		if (!next) return;
		this.#waiting.delete(next);
		next.grant();
	}
}
