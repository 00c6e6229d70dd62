import type { Button, Timers } from "../host";

/** ms between two looks at the pin. */
const LOOK_INTERVAL = 20;
/** So many looks in a row must agree: contacts bounce for some ms. */
const LOOKS = 3;

/**
 * A button on a pin that is looked at again and again: an interrupt would come for every bounce, and on the ESP32's
 * GPIO 36 and 39 also when the radio or the ADC starts (ESP32 errata GPIO-3.11, esp-idf #4585).
 */
export class PolledButton implements Button {
	onChange: (pressed: boolean) => void = () => {};
	#isDown: () => boolean;
	#pressed = false;
	#looks = 0;

	/** `isDown`: what the pin says now. */
	constructor(isDown: () => boolean, timers: Timers) {
		this.#isDown = isDown;
		timers.repeat(() => this.#look(), LOOK_INTERVAL);
	}

	#look(): void {
		if (this.#isDown() === this.#pressed) {
			this.#looks = 0;
			return;
		}
		if (++this.#looks < LOOKS) return;
		this.#looks = 0;
		this.#pressed = !this.#pressed;
		this.onChange(this.#pressed);
	}
}
