import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/**
 * Where "any free port" is sought. The device closes and opens its ports again and keeps their numbers, so
 * they come from below those that systems lend to outgoing connections (32768 on Linux, 49152 elsewhere).
 */
const LEAST = 20_000;
const END = 32_768;
const TRIES = 100;

/**
 * Makes sure that a port can be opened; 0 finds a free one, and not `taken`. Gives its number. Throws an Error
 * with a line for the user.
 */
export async function findPort(wanted: number, option: string, taken: number): Promise<number> {
	for (let tries = 0; tries < TRIES; tries++) {
		const port = wanted || randomInt(LEAST, END);
		if (port === taken) continue;
		const code = await probe(port);
		if (code === undefined) return port;
		if (wanted === 0) continue;
		if (code === "EADDRINUSE")
			throw new Error(`Port ${port} is in use: choose another with ${option}, or 0 for any free one`);
		throw new Error(`Port ${port} cannot be opened (${code}): choose another with ${option}`);
	}
	throw new Error(`No free port was found: choose one with ${option}`);
}

/** Undefined, or the system's code for the reason why the port cannot be opened. */
function probe(port: number): Promise<string | undefined> {
	return new Promise((resolve) => {
		const server = createServer();
		server.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
		server.listen(port, () => server.close(() => resolve(undefined)));
	});
}
