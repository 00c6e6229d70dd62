import type { Button, Timers } from "../host";

export interface HandOptions {
	/** Device time. */
	timers: Timers;
	/** The finger comes or goes. */
	onTouch?(pressed: boolean): void;
	onException(error: unknown): void;
}

/** The button of a device at a desk, and the finger on it. */
export class SimulatedButton implements Button {
	onChange: (pressed: boolean) => void = () => {};
	#options: HandOptions;
	#pressed = false;
	#timer: unknown;

	constructor(options: HandOptions) {
		this.#options = options;
	}

	/** Presses it now and lets it go after `seconds` of device time; false if it is pressed already. */
	press(seconds: number): boolean {
		if (!this.hold()) return false;
		this.#timer = this.#options.timers.once(() => {
			this.#timer = undefined;
			this.release();
		}, seconds * 1000);
		return true;
	}

	/** Presses it until `release`; false if it is pressed already. */
	hold(): boolean {
		if (this.#pressed) return false;
		this.#change(true);
		return true;
	}

	/** Lets it go; a press that has its time keeps it. */
	release(): void {
		if (this.#pressed && this.#timer === undefined) this.#change(false);
	}

	close(): void {
		this.#options.timers.clear(this.#timer);
	}

	#change(pressed: boolean): void {
		this.#pressed = pressed;
		try {
			this.#options.onTouch?.(pressed);
			this.onChange(pressed);
		} catch (error) {
			this.#options.onException(error);
		}
	}
}
