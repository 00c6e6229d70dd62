import type { ReadStream } from "node:tty";
import { type DeskAction, deskActionOf } from "./action";

/** What somebody at the desk does. */
export type Action = DeskAction | { quit: true };

/** Longer lines are none of ours. In characters. */
const LINE = 256;
const SHORT_PRESS = 0.2;
const LONG_PRESS = 11;

export const KEYS_HELP = "b press the button, B hold it for 11 s, m and M motion, q quit";

const KEYS: Readonly<Record<string, Action>> = {
	b: { button: SHORT_PRESS },
	B: { button: LONG_PRESS },
	m: { motion: "left-to-right" },
	M: { motion: "right-to-left" },
	q: { quit: true },
	"\u0003": { quit: true },
};

/** What a key means; undefined for others. */
export function actionOfKey(key: string): Action | undefined {
	return Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
}

/** Cuts text that comes in pieces into lines; an over-long one is dropped and told as undefined. */
export function lineReader(onLine: (line: string | undefined) => void): (text: string) => void {
	let begun = "";
	let dropping = false;
	return (text) => {
		const lines = (begun + text).split("\n");
		begun = lines.pop()!;
		for (const line of lines) {
			if (!dropping) onLine(line.length > LINE ? undefined : line);
			dropping = false;
		}
		if (begun.length <= LINE && !dropping) return;
		begun = "";
		if (!dropping) onLine(undefined);
		dropping = true;
	};
}

export interface InputOptions {
	onAction(action: Action): void;
	onProblem(message: string): void;
}

/** Takes commands as lines of JSON. The end of the input is the end of nothing else. */
export function readLines(input: NodeJS.ReadStream, { onAction, onProblem }: InputOptions): void {
	input.setEncoding("utf8");
	const read = lineReader((line) => {
		if (line?.trim() === "") return;
		const action = line === undefined ? "an input line is too long" : deskActionOf(line);
		if (typeof action === "string") onProblem(action);
		else onAction(action);
	});
	input.on("data", read);
	input.on("error", () => {});
}

/** Takes single keys from a terminal; the returned function gives it back as it was. */
export function readKeys(input: ReadStream, { onAction }: InputOptions): () => void {
	input.setRawMode(true);
	input.setEncoding("utf8");
	input.on("data", (keys: string) => {
		for (const key of keys) {
			const action = actionOfKey(key);
			if (action) onAction(action);
		}
	});
	input.on("error", () => {});
	return () => void input.setRawMode(false);
}
