import type { Clock } from "../host";

export interface BackoffOptions {
	/** ms: the longest that the first wait can be. Doubles with every failure. */
	first: number;
	/** ms: the longest that any wait can be. */
	longest: number;
	/** ms that a connection must have lasted before the waits begin anew. */
	stable: number;
	clock: Pick<Clock, "monotonic">;
	/** Bytes, of any quality. */
	random(count: number): Uint8Array;
}

/**
 * How long to wait before the next try: exponential with full jitter, so that many devices that lost the same network
 * do not come back all at once. A connection that drops as soon as it is there counts as one more failure.
 */
export class Backoff {
	#options: BackoffOptions;
	#ceiling: number;
	#connected: number | undefined;

	constructor(options: BackoffOptions) {
		this.#options = options;
		this.#ceiling = options.first;
	}

	/** The connection is there. */
	connected(): void {
		this.#connected ??= this.#options.clock.monotonic();
	}

	/** It failed or ended: ms to wait, from 0 to the present ceiling. */
	next(): number {
		const { first, longest, stable, clock, random } = this.#options;
		const held = this.#connected !== undefined && clock.monotonic() - this.#connected >= stable;
		this.#connected = undefined;
		if (held) this.#ceiling = first;
		const [high = 0, low = 0] = random(2);
		const wait = (this.#ceiling * (high * 256 + low)) / 0xffff;
		this.#ceiling = Math.min(this.#ceiling * 2, longest);
		return wait;
	}

	/** Something new is tried: the failures so far say nothing about it. */
	reset(): void {
		this.#connected = undefined;
		this.#ceiling = this.#options.first;
	}
}
