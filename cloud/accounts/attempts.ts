import type { FastifyReply, FastifyRequest } from "fastify";
import { ATTEMPTS, SIGN_UPS } from "../limits";
import { Refusal } from "../refusal";
import type { KnownBrowsers } from "./known-browsers";
import { Limiter, networkOf } from "./limiter";

/** Counts wrong passwords and codes. Strangers do not shut the owner out: a browser that the owner has used is let try. */
export interface Attempts {
	/** Throws a Refusal if there were too many. Returns what to tell of the try. */
	begin(request: FastifyRequest, reply: FastifyReply, name: string, account?: string): Attempt;
	/** Throws a Refusal if too many accounts were made from there; else counts one. */
	signUp(request: FastifyRequest, reply: FastifyReply): void;
}

export interface Attempt {
	fail(): void;
	succeed(): void;
}

export function createAttempts(clock: () => number, known: KnownBrowsers): Attempts {
	const browsers = new Limiter(ATTEMPTS.browser, clock);
	const networks = new Limiter(ATTEMPTS.network, clock);
	const names = new Limiter(ATTEMPTS.name, clock);
	const signUps = new Limiter(SIGN_UPS, clock);
	return {
		begin(request, reply, name, account) {
			const browser = account === undefined ? undefined : known.find(request, account);
			const counted: [Limiter, string][] =
				browser === undefined
					? [
							[networks, networkOf(request.ip)],
							[names, name],
						]
					: [[browsers, browser]];
			refuse(reply, Math.max(...counted.map(([limiter, who]) => limiter.wait(who))), "tries");
			return {
				fail() {
					request.log.warn({ network: networkOf(request.ip), account }, "a wrong password or code");
					for (const [limiter, who] of counted) limiter.count(who);
				},
				// What a stranger of the same network has failed at still counts.
				succeed() {
					if (browser !== undefined) browsers.clear(browser);
				},
			};
		},
		signUp(request, reply) {
			const network = networkOf(request.ip);
			refuse(reply, signUps.wait(network), "new accounts");
			signUps.count(network);
		},
	};
}

function refuse(reply: FastifyReply, seconds: number, what: string): void {
	if (seconds <= 0) return;
	reply.header("retry-after", seconds);
	const minutes = Math.ceil(seconds / 60);
	throw new Refusal(
		429,
		`Too many ${what} from here. Wait ${minutes === 1 ? "a minute" : `${minutes} minutes`}. A passkey, or a browser that you have signed in with before, is not kept waiting.`,
	);
}
