import { randomInt } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

/** Below those that systems lend to outgoing connections, as in hosts/desktop/ports.ts. */
const LEAST = 20_000;
const END = 32_768;

/** A file for each port that a test has at present, with the test's process. */
const FOLDER = join(tmpdir(), `ambient16-ports-${userInfo().username}`);
const files = new Set<string>();
process.once("exit", () => {
	for (const file of files) rmSync(file, { force: true });
});

/**
 * A port that is this process's until it ends. A device closes and opens its ports again: meanwhile no other test may
 * take one, or try whether it is free, as a port that was only found free could be.
 */
export function freePort(): number {
	mkdirSync(FOLDER, { recursive: true });
	for (;;) {
		const port = randomInt(LEAST, END);
		const file = join(FOLDER, `${port}`);
		try {
			writeFileSync(file, `${process.pid}`, { flag: "wx" });
			files.add(file);
			return port;
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
			// One that was killed could not remove it.
			if (!isTaken(file)) rmSync(file, { force: true });
		}
	}
}

function isTaken(file: string): boolean {
	try {
		process.kill(Number(readFileSync(file, "latin1")), 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === "EPERM";
	}
}
