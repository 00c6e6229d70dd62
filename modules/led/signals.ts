import type { Color } from "./color";
import type { Rhythm } from "./rhythm";

/** What the device itself has to say with its light. */
export type Signal = "reset" | "error" | "update" | "pairing";

/**
 * The signals, the most urgent first: it hides those behind it and the owner's colors.
 * None flashes more than three times in any second (WCAG 2.2, 2.3.1).
 */
export const SIGNALS: readonly { readonly name: Signal; readonly color: Color; readonly rhythm: Rhythm }[] = [
	{ name: "reset", color: 0xff0000, rhythm: [200, 200] },
	{ name: "error", color: 0xff0000, rhythm: [150, 150, 150, 1_050] },
	{ name: "update", color: 0x00ffff, rhythm: "breath" },
	{ name: "pairing", color: 0xffffff, rhythm: "breath" },
];
