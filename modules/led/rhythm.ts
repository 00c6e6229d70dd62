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
	let period = 0;
	for (const length of rhythm) period += length;
	let until = Math.floor(elapsed / period) * period;
	let level = 0;
	for (const length of rhythm) {
		level = 1 - level;
		until += length;
		if (elapsed < until) break;
	}
	return { level, until };
}
