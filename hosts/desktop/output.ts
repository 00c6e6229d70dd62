import type { Console } from "./console";
import { jsonConsole } from "./json";
import { TerminalConsole } from "./terminal";

/** The console that fits standard output. */
export function createConsole(json: boolean): Console {
	const { stdin, stdout, env } = process;
	let waiting = "";
	const flush = () => {
		const text = waiting;
		waiting = "";
		if (text !== "" && stdout.writable) stdout.write(text);
	};
	// Many requests in one turn make one write. At the end there is no other turn.
	const write = (text: string) => {
		if (waiting === "") setImmediate(flush);
		waiting += text;
	};
	process.on("exit", flush);
	if (json) return jsonConsole(write);
	return new TerminalConsole({
		write,
		// https://no-color.org
		live: stdout.isTTY === true && !env.NO_COLOR && env.TERM !== "dumb",
		keys: stdin.isTTY === true,
		columns: () => stdout.columns || 80,
		hour: () => new Date().toTimeString().slice(0, 8),
	});
}
