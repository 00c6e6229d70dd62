import type { Button, Timer, Timers } from "../../hosts/host";
import { RESET_HOLD, RESET_WARNING } from "../limits";

export interface ButtonActions {
	/** Pressed and released before it became a hold. */
	onPress(): void;
	/** A hold has begun (true) or ended (false): time to warn. */
	onHold(holding: boolean): void;
	/** Held long enough to erase the owner. */
	onReset(): void;
}

/** Tells a press of the button from the long hold that resets. Returns what stops it. */
export function watchButton(button: Button, timers: Timers, actions: ButtonActions): () => void {
	let warning: Timer;
	let reset: Timer;
	let state: "released" | "pressed" | "held" | "done" = "released";

	const stop = () => {
		timers.clear(warning);
		timers.clear(reset);
		if (state === "held") actions.onHold(false);
	};
	button.onChange = (pressed) => {
		if (pressed === (state !== "released")) return;
		if (pressed) {
			state = "pressed";
			warning = timers.once(() => {
				state = "held";
				actions.onHold(true);
			}, RESET_WARNING);
			reset = timers.once(() => {
				stop();
				state = "done";
				actions.onReset();
			}, RESET_HOLD);
		} else {
			stop();
			const press = state === "pressed";
			state = "released";
			if (press) actions.onPress();
		}
	};
	return () => {
		button.onChange = () => {};
		stop();
		state = "released";
	};
}
