import type { Selectable } from "kysely";
import type { Tables } from "../database/tables";
import { ACCESS_DAYS, ACCESS_TOKENS, SERVICE_NAME } from "../limits";
import { notFound, Refusal } from "../refusal";
import { createId, createToken, digest } from "../secrets/tokens";
import type { Services } from "../services";
import type { Scope } from "./scopes";

/** What every personal token begins with, so that a person and a search for secrets know one. */
export const TOKEN_START = "ambient16_";

export type AccessToken = Selectable<Tables["access_tokens"]>;

/** What an owner calls a token or a service. Throws a Refusal for what is no name. */
export function readName(text: string): string {
	const name = text.trim();
	if (name === "" || [...name].length > SERVICE_NAME)
		throw new Refusal(400, `A name has 1 to ${SERVICE_NAME} characters.`);
	if (/\p{C}/u.test(name)) throw new Refusal(400, "A name has no control characters.");
	return name;
}

/** Days that something is good for, as ms after `now`. */
export function readEnd(text: string, now: number): number {
	const days = ACCESS_DAYS.find((each) => `${each}` === text);
	if (!days) throw new Refusal(400, `It is good for ${ACCESS_DAYS.join(", ")} days.`);
	return now + days * 86_400_000;
}

/** A token of one's own, for one's own programs. It is returned here, and kept nowhere. */
export async function createAccessToken(
	{ database, random, clock }: Services,
	account: string,
	{ name, scopes, days }: { name: string; scopes: Scope[]; days: string },
): Promise<string> {
	if (scopes.length === 0) throw new Refusal(400, "What is it to be for?");
	const { count } = await database
		.selectFrom("access_tokens")
		.select((row) => row.fn.countAll<number>().as("count"))
		.where("account", "=", account)
		.executeTakeFirstOrThrow();
	if (Number(count) >= ACCESS_TOKENS) throw new Refusal(400, "There are too many tokens. End one first.");
	const now = clock();
	const row = { name: readName(name), until: readEnd(days, now), scopes: scopes.join(" ") };
	const token = `${TOKEN_START}${createToken(random)}`;
	await database
		.insertInto("access_tokens")
		.values({ id: createId(random), account, ...row, token: digest(token), created: now })
		.execute();
	return token;
}

/** Those of an account, the newest first. */
export function accessTokensOf({ database }: Services, account: string): Promise<AccessToken[]> {
	return database
		.selectFrom("access_tokens")
		.selectAll()
		.where("account", "=", account)
		.orderBy("created", "desc")
		.execute();
}

/** Throws if there is none, or if it is another's. */
export async function endAccessToken({ database }: Services, account: string, id: string): Promise<void> {
	const { numDeletedRows } = await database
		.deleteFrom("access_tokens")
		.where("id", "=", id)
		.where("account", "=", account)
		.executeTakeFirstOrThrow();
	if (numDeletedRows === 0n) throw notFound();
}
