import { parseArgs } from "node:util";

/**
 * Ends with one line for the user.
 * @param {string} message
 * @returns {never}
 */
export function fail(message) {
	console.error(message);
	process.exit(1);
}

/**
 * What the user asked for, as parseArgs gives it. What it does not know ends the process with one line.
 * @template {import("node:util").ParseArgsConfig} T
 * @param {T} config
 * @param {string} usage
 * @returns {ReturnType<typeof parseArgs<T>>}
 */
export function readArguments(config, usage) {
	try {
		return parseArgs(config);
	} catch (error) {
		// Its first sentence: the second one tells how a file is named that begins with a dash.
		const [message] = /** @type {Error} */ (error).message.split(". ");
		fail(`${message}. Usage: ${usage}`);
	}
}
