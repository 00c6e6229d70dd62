import type { Selectable } from "kysely";
import type { Tables } from "../database/tables";
import { CLIENTS, REDIRECT, REDIRECTS } from "../limits";
import { notFound, Refusal } from "../refusal";
import { createId } from "../secrets/tokens";
import type { Services } from "../services";
import { readName } from "./tokens";

export type Client = Selectable<Tables["oauth_clients"]>;

/**
 * Addresses that a service may be answered at, one a line: https://, or a program on the owner's own computer
 * (RFC 8252, 7.3). Throws a Refusal for what is none.
 */
export function readRedirects(text: string): string[] {
	const lines = text.split(/\s+/).filter(Boolean);
	if (lines.length === 0 || lines.length > REDIRECTS)
		throw new Refusal(400, `A service is answered at 1 to ${REDIRECTS} addresses.`);
	for (const line of lines) {
		const url = URL.canParse(line) && line.length <= REDIRECT ? new URL(line) : undefined;
		const isLoopback = url?.protocol === "http:" && ["127.0.0.1", "[::1]"].includes(url.hostname);
		if (url?.hash !== "" || url.username !== "" || (url.protocol !== "https:" && !isLoopback))
			throw new Refusal(
				400,
				"An address begins with https://, or with http://127.0.0.1 for a program of your own.",
			);
	}
	const secure = lines.filter((line) => line.startsWith("https:"));
	if (secure.length > 0 && secure.length < lines.length)
		throw new Refusal(400, "A service is a website or a program, not both: give each a name of its own.");
	return lines;
}

/** Registers a service, and returns its id. */
export async function registerClient(
	{ database, random, clock }: Services,
	account: string,
	{ name, redirects }: { name: string; redirects: string },
): Promise<string> {
	const { count } = await database
		.selectFrom("oauth_clients")
		.select((row) => row.fn.countAll<number>().as("count"))
		.where("account", "=", account)
		.executeTakeFirstOrThrow();
	if (Number(count) >= CLIENTS) throw new Refusal(400, "There are too many services. Remove one first.");
	const id = createId(random);
	const row = { name: readName(name), redirects: JSON.stringify(readRedirects(redirects)), created: clock() };
	await database
		.insertInto("oauth_clients")
		.values({ id, account, ...row })
		.execute();
	return id;
}

/** Those that an account has registered. */
export function clientsOf({ database }: Services, account: string): Promise<Client[]> {
	return database
		.selectFrom("oauth_clients")
		.selectAll()
		.where("account", "=", account)
		.orderBy("created", "desc")
		.execute();
}

/** With all that anybody has allowed it. Throws if there is none, or if it is another's. */
export async function removeClient({ database }: Services, account: string, id: string): Promise<void> {
	const { numDeletedRows } = await database
		.deleteFrom("oauth_clients")
		.where("id", "=", id)
		.where("account", "=", account)
		.executeTakeFirstOrThrow();
	if (numDeletedRows === 0n) throw notFound();
}
