import { randomUUID } from "node:crypto";
import { notFound } from "../refusal";
import type { Services } from "../services";

/** A new owner's UUID, sealed: it is made here, once. */
export function makeUuid({ seal }: Pick<Services, "seal">, account: string): string {
	return seal.seal(randomUUID(), contextOf(account));
}

/** The UUID of an account. It goes to its owner, and into proofs for the owner's sensors. */
export async function uuidOf({ database, seal }: Services, account: string): Promise<string> {
	const row = await database
		.selectFrom("accounts")
		.select("uuid")
		.where("id", "=", account)
		.executeTakeFirst();
	if (!row) throw notFound();
	return seal.open(row.uuid, contextOf(account));
}

const contextOf = (account: string) => `uuid of ${account}`;
