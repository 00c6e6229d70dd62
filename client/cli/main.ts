#!/usr/bin/env node
import { ImpostorError, RefusedError, UnreachableError, UsageError } from "../node.js";
import { Interrupted } from "./prompt.js";
import { NotYoursError, run } from "./run.js";

/** Exit codes, as `ambient16 help` lists them. */
const CODES: [new (...args: never[]) => Error, number][] = [
	[UsageError, 2],
	[UnreachableError, 3],
	[RefusedError, 4],
	[ImpostorError, 5],
	[NotYoursError, 5],
	[Interrupted, 130],
];

// Whoever reads along has enough, as `head` has.
process.stdout.on("error", () => process.exit());

try {
	await run(process.argv.slice(2));
} catch (error) {
	const { message, code } = error as RefusedError;
	if (process.argv.includes("--json")) console.log(JSON.stringify({ error: message, code }));
	else console.error(message);
	process.exitCode = CODES.find(([type]) => error instanceof type)?.[1] ?? 1;
}
