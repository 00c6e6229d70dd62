import { BREATH, BREATH_STEP } from "../limits";

/** How a light comes and goes: always on, in breaths, or alternately lit and dark for so many ms, over and over. */
export type Rhythm = "steady" | "breath" | readonly number[];

export interface Beat {
	/** 0 (dark) to 1 (the whole color). */
	level: number;
	/** When the level changes next, in ms since the rhythm began. */
	until: number;
}

/** What a rhythm gives `elapsed` ms after it began. */
export function beat(rhythm: Rhythm, elapsed: number): Beat {
	if (rhythm === "steady") return { level: 1, until: Number.POSITIVE_INFINITY };
	if (rhythm === "breath") {
		const step = Math.floor(elapsed / BREATH_STEP);
		const phase = ((step * BREATH_STEP) % BREATH) / BREATH;
		return { level: (1 - Math.cos(2 * Math.PI * phase)) / 2, until: (step + 1) * BREATH_STEP };
	}
	const first = rhythm[0]!;
	if (elapsed < first) return { level: 1, until: first };
	const { length } = rhythm;
	let period = 0;
	for (let i = 0; i < length; i++) period += rhythm[i]!;
	// Where the first stretch that is not over ends; the even ones are lit.
	let i = 0;
	let until = elapsed - (elapsed % period) + first;
	while (elapsed >= until) until += rhythm[++i]!;
	return { level: i & 1 ? 0 : 1, until };
}
