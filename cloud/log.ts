import type { Writable } from "node:stream";
import type { FastifyInstance, FastifyServerOptions } from "fastify";

/**
 * What the logger leaves out: addresses have tokens and names in them, fields of the header cookies and proofs. A request
 * is logged by the pattern of its route.
 */
export function loggerOptions(stream?: Writable): FastifyServerOptions["logger"] {
	return {
		// In a terminal somebody reads, who wants to know of faults; else it is kept, each answer.
		level: !stream && process.stdout.isTTY ? "warn" : "info",
		...(stream && { stream }),
		hooks: {
			// Else pino makes the message of an error that of the line.
			logMethod(args, method) {
				const [first, ...rest] = args as [{ err?: unknown }, ...string[]];
				method.apply(this, first.err && rest.length === 0 ? [first, "failed"] : args);
			},
		},
		serializers: {
			req: ({ method, routeOptions }) => ({ method, route: routeOptions?.url ?? "" }),
			res: ({ statusCode }) => ({ statusCode }),
			// Messages and texts of drivers quote values.
			err: (error: Error & { code?: string; statusCode?: number }) => ({
				type: error.name,
				...(error.code && { code: error.code }),
				message: error.statusCode ? error.message : "",
				stack: framesOf(error),
			}),
		},
	};
}

/** Where it was thrown, without the message. */
function framesOf({ stack = "" }: Error): string {
	return stack
		.split("\n")
		.filter((line) => /^\s+at /.test(line))
		.join("\n");
}

/** A line for each answer. */
export function logAnswers(app: FastifyInstance): void {
	app.addHook("onResponse", async (request, reply) => {
		request.log.info({ req: request, res: reply, ms: Math.round(reply.elapsedTime) });
	});
}
