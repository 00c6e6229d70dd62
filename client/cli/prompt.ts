import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";

/** Asks for something secret: not shown while it is typed. Without a terminal, a line of standard input. */
export async function askSecret(question: string): Promise<string> {
	const { stdin, stderr } = process;
	const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
	const lines = createInterface({ input: stdin, output: silent, terminal: stdin.isTTY === true });
	try {
		// Not before the terminal shows nothing any more.
		if (stdin.isTTY) stderr.write(question);
		return await firstLine(lines);
	} finally {
		lines.close();
		if (stdin.isTTY) stderr.write("\n");
	}
}

/** Asks for a yes. */
export async function confirm(question: string): Promise<boolean> {
	const lines = createInterface({ input: process.stdin, output: process.stderr });
	process.stderr.write(`${question} [y/N] `);
	try {
		return /^y(es)?$/i.test((await firstLine(lines)).trim());
	} finally {
		lines.close();
	}
}

function firstLine(lines: ReturnType<typeof createInterface>): Promise<string> {
	return new Promise((resolve) => {
		lines.once("line", resolve);
		lines.once("close", () => resolve(""));
	});
}
