import type { Motion } from "../host";

/** Looks after a gesture for which the rest of it is not taken for another one. */
const REST = 5;
/** A change of the proximity up to this is noise. */
const NOISE = 0.02;

/** Makes of what the sensor sees how much is moving, and who passed: a gesture to the right goes from left to right. */
export class Passage {
	#amount = 0;
	#proximity: number | undefined;
	#rest = 0;

	/** `proximity`: 0 nothing, 1 touching. */
	see(proximity: number | undefined, gesture: string | undefined): Motion | undefined {
		if (proximity !== undefined) {
			const change = Math.abs(proximity - (this.#proximity ?? proximity));
			if (change > NOISE) this.#amount += change;
			this.#proximity = proximity;
		}
		if (this.#rest > 0) this.#rest--;
		const motion = motionOf(gesture);
		if (!motion || this.#rest > 0) return undefined;
		this.#rest = REST;
		return motion;
	}

	/** The sum of all changes of the proximity since the last time. */
	takeAmount(): number {
		const amount = this.#amount;
		this.#amount = 0;
		return amount;
	}
}

function motionOf(gesture: string | undefined): Motion | undefined {
	if (gesture === "RIGHT") return "left-to-right";
	return gesture === "LEFT" ? "right-to-left" : undefined;
}
