import { createInterface, type Interface } from "node:readline";
import { Writable } from "node:stream";
import { UsageError } from "../node.js";

/** Ctrl-C at a question: nothing is done. */
export class Interrupted extends Error {
	constructor() {
		super("interrupted; nothing was done");
	}
}

/**
 * Asks for something secret: not shown while it is typed. Without a terminal, a line of standard input. Rejects if it
 * is interrupted, or ends without a line.
 */
export async function askSecret(question: string): Promise<string> {
	const { stdin, stderr } = process;
	const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
	const lines = createInterface({ input: stdin, output: silent, terminal: stdin.isTTY === true });
	try {
		// Not before the terminal shows nothing any more.
		if (stdin.isTTY) stderr.write(question);
		const line = await firstLine(lines);
		if (line === undefined) throw new UsageError(`${question.replace(/: $/, "")}: nothing was given`);
		return line;
	} finally {
		lines.close();
		if (stdin.isTTY) stderr.write("\n");
	}
}

/** Asks for a yes. Rejects if it is interrupted. */
export async function confirm(question: string): Promise<boolean> {
	const lines = createInterface({ input: process.stdin, output: process.stderr });
	process.stderr.write(`${question} [y/N] `);
	try {
		return /^y(es)?$/i.test(((await firstLine(lines)) ?? "").trim());
	} finally {
		lines.close();
	}
}

/** Undefined if the input ends before a line. */
function firstLine(lines: Interface): Promise<string | undefined> {
	return new Promise((resolve, reject) => {
		lines.once("line", resolve);
		lines.once("SIGINT", () => reject(new Interrupted()));
		lines.once("close", () => resolve(undefined));
	});
}
