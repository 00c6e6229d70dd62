import type { Motion } from "../host";

/** What somebody at the desk does to the device. `button`: seconds that it is held. */
export type Action = { button: number } | { motion: Motion };

/** Seconds. */
const HOLD_MAX = 3600;

/** What a line on standard input means, such as {"button":11}; a string says what is wrong with it. */
export function actionOfLine(line: string): Action | string {
	let command: unknown;
	try {
		command = JSON.parse(line);
	} catch {
		return "an input line is not JSON";
	}
	const fields = typeof command === "object" && command !== null ? Object.entries(command) : [];
	const [name, value] = fields[0] ?? [];
	if (fields.length !== 1 || (name !== "button" && name !== "motion"))
		return 'an input line is neither {"button":seconds} nor {"motion":direction}';
	if (name === "button")
		return typeof value === "number" && value > 0 && value <= HOLD_MAX
			? { button: value }
			: `"button" takes seconds, above 0 and up to ${HOLD_MAX}`;
	return value === "left-to-right" || value === "right-to-left"
		? { motion: value }
		: '"motion" takes "left-to-right" or "right-to-left"';
}
