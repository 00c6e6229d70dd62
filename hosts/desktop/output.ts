import type { Console } from "./console";
import { jsonConsole } from "./json";
import { TerminalConsole } from "./terminal";

/** The console that fits standard output. */
export function createConsole(json: boolean): Console {
	const { stdin, stdout, env } = process;
	const print = (text: string) => {
		if (stdout.writable) stdout.write(text);
	};
	// A program that reads along is to know what happened also if this one is killed the next moment.
	if (json) return jsonConsole(print);
	return new TerminalConsole({
		write: gather(print),
		// https://no-color.org
		live: stdout.isTTY === true && !env.NO_COLOR && env.TERM !== "dumb",
		keys: stdin.isTTY === true,
		columns: () => stdout.columns || 80,
		hour: () => new Date().toTimeString().slice(0, 8),
	});
}

/** Many lines in one turn make one write. At the end there is no other turn. */
function gather(print: (text: string) => void): (text: string) => void {
	let waiting = "";
	const flush = () => {
		const text = waiting;
		waiting = "";
		if (text !== "") print(text);
	};
	process.on("exit", flush);
	return (text) => {
		if (waiting === "") setImmediate(flush);
		waiting += text;
	};
}
