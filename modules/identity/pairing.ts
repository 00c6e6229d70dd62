import type { Timer, Timers } from "../../hosts/host";
import { PAIRING_TIME } from "../limits";

/** The minutes in which an unpaired device may be paired. */
export class PairingWindow {
	#timers: Timers;
	#onChange: (open: boolean) => void;
	#timer: Timer;
	#open = false;

	constructor(timers: Timers, onChange: (open: boolean) => void) {
		this.#timers = timers;
		this.#onChange = onChange;
	}

	get isOpen(): boolean {
		return this.#open;
	}

	/** Opens it, or starts its time anew. */
	open(): void {
		this.#timers.clear(this.#timer);
		this.#timer = this.#timers.once(() => this.close(), PAIRING_TIME);
		if (this.#open) return;
		this.#open = true;
		this.#onChange(true);
	}

	close(): void {
		this.#timers.clear(this.#timer);
		if (!this.#open) return;
		this.#open = false;
		this.#onChange(false);
	}
}
