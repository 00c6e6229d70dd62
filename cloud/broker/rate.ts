/** How often something may be done: `burst` times at once, and `perSecond` times in the long run. */
export class Rate {
	readonly #clock: () => number;
	readonly #burst: number;
	readonly #perSecond: number;
	#left: number;
	#at: number;

	/** `clock`: ms. */
	constructor(clock: () => number, burst: number, perSecond: number) {
		this.#clock = clock;
		this.#burst = burst;
		this.#perSecond = perSecond;
		this.#left = burst;
		this.#at = clock();
	}

	/** Whether it may be done now; if so, it counts. */
	take(): boolean {
		const now = this.#clock();
		const gained = (Math.max(0, now - this.#at) / 1000) * this.#perSecond;
		this.#left = Math.min(this.#burst, this.#left + gained);
		this.#at = now;
		if (this.#left < 1) return false;
		this.#left--;
		return true;
	}
}
