/** The power went while something was under way. */
export class PowerCut extends Error {}

/** The power of a device, which can go within any change of a flash. */
export class Power {
	on = false;
	#changesLeft = Number.POSITIVE_INFINITY;

	/** It goes within the change after `changes` more. */
	cutAfter(changes: number): void {
		this.#changesLeft = changes;
	}

	switchOn(): void {
		this.on = true;
		this.#changesLeft = Number.POSITIVE_INFINITY;
	}

	/** To be asked at each change of a flash, which is done by part then. Throws if there is no power at all. */
	goes(): boolean {
		if (!this.on) throw new PowerCut();
		if (this.#changesLeft-- > 0) return false;
		this.on = false;
		return true;
	}
}
