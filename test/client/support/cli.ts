import { spawn } from "node:child_process";
import { join } from "node:path";
import { built } from "../../../scripts/bundle.mjs";

const program = [join(await built("ambient16"), "main.mjs")];

export interface Outcome {
	code: number | null;
	stdout: string;
	stderr: string;
}

export interface Run {
	env?: Record<string, string>;
	/** What is typed, once the program has written `prompt`, if that is given. */
	input?: string;
	prompt?: string;
	/** In a terminal: all that it writes is in `stdout` then. */
	terminal?: boolean;
	/** What it has written when it is interrupted. */
	until?: (stdout: string) => boolean;
}

/** Runs the command line with a home of its own. */
export function cli(home: string, args: string[], run: Run = {}): Promise<Outcome> {
	const { env = {}, input = "", prompt, terminal = false, until } = run;
	const command = [process.execPath, ...program, ...args];
	const quoted = command.map((word) => `'${word}'`).join(" ");
	const [file = "", ...rest] = terminal ? ["script", "-qec", `exec ${quoted}`, "/dev/null"] : command;
	return new Promise((resolve) => {
		const child = spawn(file, rest, { env: { PATH: process.env.PATH, HOME: home, ...env } });
		let [stdout, stderr] = ["", ""];
		child.stdout.on("data", (chunk) => {
			const asked = prompt !== undefined && stdout.includes(prompt);
			stdout += chunk;
			if (prompt !== undefined && !asked && stdout.includes(prompt)) child.stdin.write(input);
			if (until?.(stdout)) child.kill("SIGINT");
		});
		child.stderr.on("data", (chunk) => {
			stderr += chunk;
		});
		child.stdin.on("error", () => {});
		if (prompt === undefined) child.stdin.end(input);
		child.on("close", (code) => {
			child.stdin.destroy();
			resolve({ code, stdout, stderr });
		});
	});
}
