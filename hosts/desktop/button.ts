import type { Button, Timers } from "../host";

export interface HandOptions {
	/** Device time. */
	timers: Timers;
	onException(error: unknown): void;
}

/** The button of a device at a desk, and the finger on it. */
export class SimulatedButton implements Button {
	onChange: (pressed: boolean) => void = () => {};
	#options: HandOptions;
	#timer: unknown;

	constructor(options: HandOptions) {
		this.#options = options;
	}

	/** Presses it now and lets it go after `seconds` of device time; false if it is pressed already. */
	press(seconds: number): boolean {
		if (this.#timer !== undefined) return false;
		this.#timer = this.#options.timers.once(() => {
			this.#timer = undefined;
			this.#change(false);
		}, seconds * 1000);
		this.#change(true);
		return true;
	}

	close(): void {
		this.#options.timers.clear(this.#timer);
	}

	#change(pressed: boolean): void {
		try {
			this.onChange(pressed);
		} catch (error) {
			this.#options.onException(error);
		}
	}
}
