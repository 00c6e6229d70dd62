import type { FastifyReply, FastifyRequest } from "fastify";
import { Limiter, networkOf } from "../accounts/limiter";
import { API_REQUESTS, USE_NOTED, WRONG_TOKENS } from "../limits";
import { Refusal } from "../refusal";
import { digest } from "../secrets/tokens";
import type { Services } from "../services";
import { providerOf } from "./oauth";
import { readScopes, type Scope } from "./scopes";
import { TOKEN_START } from "./tokens";

/** ms */
const MINUTE = 60_000;

/** What a service may do, by the token that it has shown. */
export interface Allowed {
	/** Of the token or of what was allowed. */
	id: string;
	account: string;
	scopes: Scope[];
}

/** Looks at the tokens of requests, of which each and each address of wrong ones has so many in a minute. */
export function createAccess(services: Services) {
	const requests = new Limiter({ failures: API_REQUESTS, within: MINUTE }, services.clock);
	const wrong = new Limiter({ failures: WRONG_TOKENS, within: MINUTE }, services.clock);

	/** Throws a Refusal for a token that is none (401), for what it is not for (403), and for too many (429). */
	return async (request: FastifyRequest, reply: FastifyReply, scope: Scope): Promise<Allowed> => {
		const given = /^Bearer ([\w~+/.=-]{1,512})$/i.exec(request.headers.authorization ?? "")?.[1];
		const allowed = given === undefined ? undefined : await lookUp(services, given);
		if (!allowed) {
			count(wrong, networkOf(request.ip), reply);
			// RFC 6750, 3: without a token the error is not named.
			reply.header("www-authenticate", given === undefined ? "Bearer" : 'Bearer error="invalid_token"');
			throw new Refusal(401, "This takes a token: Authorization: Bearer …");
		}
		count(requests, allowed.id, reply);
		if (!allowed.scopes.includes(scope)) {
			reply.header("www-authenticate", `Bearer error="insufficient_scope", scope="${scope}"`);
			throw new Refusal(403, `This token is not for ${scope}.`);
		}
		return allowed;
	};
}

function lookUp(services: Services, given: string): Promise<Allowed | undefined> {
	return given.startsWith(TOKEN_START) ? personal(services, given) : granted(services, given);
}

async function personal({ database, clock }: Services, given: string): Promise<Allowed | undefined> {
	const now = clock();
	const row = await database
		.selectFrom("access_tokens")
		.selectAll()
		.where("token", "=", digest(given))
		.where("until", ">", now)
		.executeTakeFirst();
	if (!row) return undefined;
	if (now - (row.used ?? 0) >= USE_NOTED)
		await database.updateTable("access_tokens").set({ used: now }).where("id", "=", row.id).execute();
	return { id: row.id, account: row.account, scopes: readScopes(row.scopes) };
}

/** Of OAuth: it counts as long as its owner has not ended what it came of. */
async function granted(services: Services, given: string): Promise<Allowed | undefined> {
	const { database, clock } = services;
	const provider = await providerOf(services);
	const token = await provider.AccessToken.find(given);
	if (!token?.grantId) return undefined;
	const id = digest(token.grantId);
	const row = await database.selectFrom("oauth_grants").selectAll().where("id", "=", id).executeTakeFirst();
	if (!row || row.account !== token.accountId) return undefined;
	const now = clock();
	if (now - (row.used ?? 0) >= USE_NOTED)
		await database.updateTable("oauth_grants").set({ used: now }).where("id", "=", id).execute();
	return { id, account: row.account, scopes: readScopes(token.scope ?? "") };
}

function count(limiter: Limiter, who: string, reply: FastifyReply): void {
	const wait = limiter.wait(who);
	if (wait > 0) {
		reply.header("retry-after", wait);
		throw new Refusal(429, "Too many requests. Try again later.");
	}
	limiter.count(who);
}
