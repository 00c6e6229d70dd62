import Digital from "embedded:io/digital";
import type { Board } from "./board";

/** Opens the button's pin: whether it is pressed now. Throws if the pin is taken. */
export function openButtonPin({ button }: Board): () => boolean {
	const { pin, activeLow, hasResistor } = button;
	const pull = activeLow ? Digital.InputPullUp : Digital.InputPullDown;
	const input = new Digital({ pin, mode: hasResistor ? Digital.Input : pull });
	const down = activeLow ? 0 : 1;
	return () => input.read() === down;
}
