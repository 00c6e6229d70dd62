import type { Clock } from "../../hosts/host";
import { ATTEMPT_ADDRESSES, ATTEMPT_TIME, ATTEMPTS } from "../limits";

/** Of 16 values each: enough to tell some guesses apart. */
export const GUESS_DIGITS = 8;

interface Failures {
	/** Monotonic time, ms, of the first. */
	readonly since: number;
	/** Each wrong guess once, at most ATTEMPTS, with a space behind it: XS takes 4 times as much for a list of them. */
	guesses: string;
}

/** Counts wrong proofs by address, so that one address that guesses shuts out nobody but itself. */
export class Attempts {
	readonly #clock: Clock;
	/** In order of their first failure: the first is the next to be forgotten. */
	readonly #failures = new Map<string, Failures>();

	/** With the network's clock: guessing goes at the network's pace. */
	constructor(clock: Clock) {
		this.#clock = clock;
	}

	/** Seconds (1 or more) that `address` has to wait before it may be wrong again, 0 if it need not. */
	wait(address: string): number {
		const failures = this.#failures.get(address);
		if (!failures) return 0;
		const left = failures.since + ATTEMPT_TIME - this.#clock.monotonic();
		if (left <= 0) this.#failures.delete(address);
		else if (isFull(failures)) return Math.ceil(left / 1000);
		return 0;
	}

	/** The same guess again is no new one: a program with a wrong secret sends it for ever. `guess`: a hash of it, in GUESS_DIGITS digits. */
	failed(address: string, guess: string): void {
		const failures = this.#failures.get(address);
		if (failures) {
			if (!isFull(failures) && !failures.guesses.includes(guess)) failures.guesses += `${guess} `;
			return;
		}
		if (this.#failures.size >= ATTEMPT_ADDRESSES)
			this.#failures.delete(this.#failures.keys().next().value as string);
		this.#failures.set(address, { since: this.#clock.monotonic(), guesses: `${guess} ` });
	}
}

function isFull({ guesses }: Failures): boolean {
	return guesses.length >= ATTEMPTS * (GUESS_DIGITS + 1);
}
