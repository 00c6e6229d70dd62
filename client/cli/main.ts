#!/usr/bin/env node
import { ImpostorError, RefusedError, UnreachableError, UsageError } from "../node.js";
import { run } from "./run.js";

/** Exit codes, as `ambient16 help` lists them. */
const CODES: [new (...args: never[]) => Error, number][] = [
	[UsageError, 2],
	[UnreachableError, 3],
	[RefusedError, 4],
	[ImpostorError, 5],
];

try {
	await run(process.argv.slice(2));
} catch (error) {
	const { message } = error as Error;
	if (process.argv.includes("--json")) console.log(JSON.stringify({ error: message }));
	else console.error(message);
	process.exitCode = CODES.find(([type]) => error instanceof type)?.[1] ?? 1;
}
