import type { Clock } from "../../hosts/host";
import { ATTEMPT_ADDRESSES, ATTEMPT_TIME, ATTEMPTS } from "../limits";

/** Counts wrong secrets by address, so that one address that guesses shuts out nobody but itself. */
export class Attempts {
	#clock: Clock;
	/** In order of their first failure: the first is the next to be forgotten. */
	#failures = new Map<string, { since: number; count: number }>();

	/** With the network's clock: guessing goes at the network's pace. */
	constructor(clock: Clock) {
		this.#clock = clock;
	}

	/** Seconds (1 or more) that `address` has to wait before its next try, 0 if it may try now. */
	wait(address: string): number {
		const failure = this.#failures.get(address);
		if (!failure) return 0;
		const left = failure.since + ATTEMPT_TIME - this.#clock.monotonic();
		if (left <= 0) this.#failures.delete(address);
		else if (failure.count >= ATTEMPTS) return Math.ceil(left / 1000);
		return 0;
	}

	failed(address: string): void {
		const failure = this.#failures.get(address);
		if (failure) {
			failure.count++;
			return;
		}
		if (this.#failures.size >= ATTEMPT_ADDRESSES)
			this.#failures.delete(this.#failures.keys().next().value as string);
		this.#failures.set(address, { since: this.#clock.monotonic(), count: 1 });
	}

	/** How many addresses are remembered. */
	get size(): number {
		return this.#failures.size;
	}
}
