import type { Host, Timer } from "../../hosts/host";
import { RESET_HOLD, RESET_WARNING } from "../limits";

type ButtonHost = Pick<Host, "button" | "timers">;

export interface ButtonDevice {
	/** Pressed and released before it became a hold. */
	onPress(): void;
	/** A hold has begun (true) or ended (false): time to warn. */
	onHold(holding: boolean): void;
	/** Held long enough to erase the owner. */
	onReset(): void;
}

/** Tells a press of the button from the long hold that resets. */
export class ResetButton {
	readonly #host: ButtonHost;
	readonly #device: ButtonDevice;
	#state: "released" | "pressed" | "held" | "done" = "released";
	#warning: Timer;
	#reset: Timer;

	constructor(host: ButtonHost, device: ButtonDevice) {
		this.#host = host;
		this.#device = device;
		host.button.onChange = (pressed) => {
			if (pressed === (this.#state !== "released")) return;
			if (pressed) this.#press();
			else this.#release();
		};
	}

	close(): void {
		this.#host.button.onChange = () => {};
		this.#stop();
		this.#state = "released";
	}

	#press(): void {
		const { timers } = this.#host;
		this.#state = "pressed";
		this.#warning = timers.once(() => {
			this.#state = "held";
			this.#device.onHold(true);
		}, RESET_WARNING);
		this.#reset = timers.once(() => {
			this.#stop();
			this.#state = "done";
			this.#device.onReset();
		}, RESET_HOLD);
	}

	#release(): void {
		this.#stop();
		const isPress = this.#state === "pressed";
		this.#state = "released";
		if (isPress) this.#device.onPress();
	}

	#stop(): void {
		this.#host.timers.clear(this.#warning);
		this.#host.timers.clear(this.#reset);
		if (this.#state === "held") this.#device.onHold(false);
	}
}
