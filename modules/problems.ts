import type { Clock } from "../hosts/host";
import { PROBLEM_RECENT, PROBLEM_SHOWN, PROBLEMS_KEPT } from "./limits";

/** A problem as its owner is told of it. */
export interface Problem {
	/** When it was there last: seconds since 1970; null as long as the clock is not set. */
	time: number | null;
	message: string;
	/** How often it was there since the start; 1 unless it came again. */
	count: number;
}

interface Entry {
	message: string;
	/** By the monotonic clock, so that it gets its time when the wall clock is set. */
	last: number;
	count: number;
}

/** The last problems, each once, in memory. The one that has not been there for longest makes room. */
export class Problems {
	readonly #clock: Clock;
	/** The oldest first. */
	#entries: Entry[] = [];

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	add(problem: string): void {
		const message = problem.slice(0, PROBLEM_SHOWN);
		const last = this.#clock.monotonic();
		const at = this.#entries.findIndex((entry) => entry.message === message);
		if (at < 0 && this.#entries.length < PROBLEMS_KEPT) {
			this.#entries.push({ message, last, count: 1 });
			return;
		}
		const [entry] = this.#entries.splice(Math.max(at, 0), 1);
		this.#entries.push({ message, last, count: at < 0 ? 1 : entry!.count + 1 });
	}

	/** They are nobody's. */
	forget(): void {
		this.#entries = [];
	}

	/** The last one, if it was there within PROBLEM_RECENT. */
	get recent(): string | undefined {
		const latest = this.#entries.at(-1);
		const isRecent = latest && this.#clock.monotonic() - latest.last < PROBLEM_RECENT;
		return isRecent ? latest.message : undefined;
	}

	/** The latest first. */
	get list(): Problem[] {
		const offset = this.#clock.now() - this.#clock.monotonic();
		return this.#entries
			.map(({ message, last, count }) => ({
				time: this.#clock.synced ? Math.floor((last + offset) / 1000) : null,
				message,
				count,
			}))
			.reverse();
	}
}
