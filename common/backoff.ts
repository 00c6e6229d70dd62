/** A source of `count` random bytes. */
interface Random {
	random(count: number): Uint8Array;
}

/**
 * How long to wait before the next try: exponential with full jitter, a random time between 0 and a bound
 * that doubles with each failure. So a thousand devices that lost the same server do not come back as one.
 */
export class Backoff {
	readonly #source: Random;
	readonly #first: number;
	readonly #most: number;
	#bound: number;

	/** `first` and `most` bound the wait after the first failure and after many, in ms. */
	constructor(source: Random, first: number, most: number) {
		this.#source = source;
		this.#first = first;
		this.#most = most;
		this.#bound = first;
	}

	/** The wait after one more failure, in ms. */
	next(): number {
		const [high, low] = this.#source.random(2) as unknown as [number, number];
		const wait = Math.round((this.#bound * (high * 256 + low)) / 65_535);
		this.#bound = Math.min(this.#bound * 2, this.#most);
		return wait;
	}

	/** It went well for long enough: the next failure is a first one. */
	reset(): void {
		this.#bound = this.#first;
	}
}
