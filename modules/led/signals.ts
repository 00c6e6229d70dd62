import type { Color } from "./color";
import type { Rhythm } from "./rhythm";

/** What the device itself has to say with its light. */
export type Signal = "error" | "reset" | "update" | "pairing";

/**
 * The signals, the most urgent first: it hides those behind it and the owner's colors.
 * None flashes more than three times in any second (WCAG 2.2, 2.3.1).
 */
export const SIGNALS: readonly { readonly name: Signal; readonly color: Color; readonly rhythm: Rhythm }[] = [
	{ name: "error", color: { red: 255, green: 0, blue: 0 }, rhythm: [150, 150, 150, 1_050] },
	{ name: "reset", color: { red: 255, green: 0, blue: 0 }, rhythm: [200, 200] },
	{ name: "update", color: { red: 0, green: 255, blue: 255 }, rhythm: "breath" },
	{ name: "pairing", color: { red: 255, green: 255, blue: 255 }, rhythm: "breath" },
];
