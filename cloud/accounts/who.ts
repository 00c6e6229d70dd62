import type { FastifyInstance, FastifyRequest } from "fastify";
import { PROOF } from "../limits";
import { Refusal } from "../refusal";
import type { Services } from "../services";

/** Who is signed in. */
export interface Account {
	id: string;
	name: string;
}

declare module "fastify" {
	interface FastifyRequest {
		account: Account | null;
	}
	interface FastifyContextConfig {
		/** For everybody. Every other route of the site wants somebody who is signed in. */
		open?: boolean;
		/** Wants the password or a passkey within the last minutes. */
		proof?: boolean;
		/** A request that comes from no form of ours, and proves otherwise who sends it. */
		foreign?: boolean;
	}
}

/** Whose request it is. Throws if nobody is signed in, which no route without `open` sees. */
export function accountOf({ account }: FastifyRequest): Account {
	if (!account) throw new Refusal(401, "Sign in first.");
	return account;
}

/** Whether the password or a passkey was asked for within the last minutes. */
export function isProved({ session }: FastifyRequest, now: number): boolean {
	return session.proved !== undefined && now - session.proved < PROOF;
}

/** Refuses what the route does not allow to this person: every route wants an account unless it says otherwise. */
export function askWho(app: FastifyInstance, { database, clock }: Services): void {
	app.decorateRequest("account", null);
	app.addHook("onRequest", async (request, reply) => {
		const { account } = request.session;
		if (account !== undefined)
			request.account =
				(await database
					.selectFrom("accounts")
					.select(["id", "name"])
					.where("id", "=", account)
					.executeTakeFirst()) ?? null;
		const { open, proof } = request.routeOptions.config;
		if (open || request.is404) return;
		// What was sent is sent again, after a look at it.
		const back = `?next=${encodeURIComponent(request.method === "GET" ? request.url : "/profile")}`;
		if (!request.account) return reply.redirect(`/sign-in${back}`, 303);
		if (proof && !isProved(request, clock())) return reply.redirect(`/prove${back}`, 303);
	});
}
