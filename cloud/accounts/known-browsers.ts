import { createHmac, timingSafeEqual } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { KNOWN, KNOWN_ACCOUNTS } from "../limits";
import { createId } from "../secrets/tokens";
import type { Services } from "../services";

const COOKIE = "__Host-known";

/** Browsers that somebody has signed in with before. They have a cookie that says so, and opens nothing by itself. */
export interface KnownBrowsers {
	/** What to count this browser's failures under; undefined if nobody has signed in to this account with it. */
	find(request: FastifyRequest, account: string): string | undefined;
	remember(request: FastifyRequest, reply: FastifyReply, account: string): void;
}

export function createKnownBrowsers({ seal, random }: Pick<Services, "seal" | "random">): KnownBrowsers {
	const key = seal.derive("known browsers");
	const sign = (browser: string, account: string) =>
		createHmac("sha256", key).update(`${browser}.${account}`).digest("base64url");
	const read = (request: FastifyRequest) => (request.cookies[COOKIE] ?? "").split(".");
	return {
		find(request, account) {
			const [browser = "", ...signatures] = read(request);
			const right = Buffer.from(sign(browser, account));
			const isRight = (given: string) =>
				given.length === right.length && timingSafeEqual(Buffer.from(given), right);
			return signatures.slice(0, KNOWN_ACCOUNTS).some(isRight) ? browser : undefined;
		},
		remember(request, reply, account) {
			const [given = "", ...signatures] = read(request);
			const browser = /^[\w-]{22}$/.test(given) ? given : createId(random);
			const mine = sign(browser, account);
			const others = browser === given ? signatures.filter((each) => each !== mine) : [];
			reply.setCookie(COOKIE, [browser, mine, ...others].slice(0, 1 + KNOWN_ACCOUNTS).join("."), {
				secure: true,
				httpOnly: true,
				sameSite: "lax",
				path: "/",
				maxAge: KNOWN / 1000,
			});
		},
	};
}
