import { type Action, actionOfLine } from "../simulated/action";

/** What somebody at the desk does to the device. `pressed`: the finger stays on the button. */
export type HandAction = Action | { pressed: boolean } | { breath: true };

/** The same, and to its cables. */
export type DeskAction =
	| HandAction
	| { network: boolean }
	| { power: boolean }
	/** Of the simulated Wi-Fi: whether the home's router is in reach, and whether its password is another one. */
	| { router: boolean }
	| { newPassword: boolean };

const SWITCHES = ["pressed", "network", "power", "router", "newPassword"];

/** What a JSON text means, such as {"network":false}; a string says what is wrong with it. */
export function deskActionOf(text: string): DeskAction | string {
	let command: unknown;
	try {
		command = JSON.parse(text);
	} catch {}
	const fields = typeof command === "object" && command !== null ? Object.entries(command) : [];
	const [name, value] = fields[0] ?? [];
	if (fields.length === 1) {
		if (name === "breath") return value === true ? { breath: true } : '"breath" takes true';
		if (name !== undefined && SWITCHES.includes(name))
			return typeof value === "boolean" ? ({ [name]: value } as DeskAction) : `"${name}" takes true or false`;
	}
	return actionOfLine(text);
}
