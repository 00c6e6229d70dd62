import { notFound } from "../refusal";
import type { Services } from "../services";
import { endGrant } from "./adapter";

/** What an owner has allowed a service. */
export interface Grant {
	id: string;
	/** Of the service. */
	name: string;
	scopes: string;
	created: number;
	used: number | null;
}

/** Those of an account, the newest first. */
export function grantsOf({ database }: Services, account: string): Promise<Grant[]> {
	return database
		.selectFrom("oauth_grants")
		.innerJoin("oauth_clients", "oauth_clients.id", "oauth_grants.client")
		.select([
			"oauth_grants.id",
			"oauth_clients.name",
			"oauth_grants.scopes",
			"oauth_grants.created",
			"oauth_grants.used",
		])
		.where("oauth_grants.account", "=", account)
		.orderBy("oauth_grants.created", "desc")
		.execute();
}

/** Ends it with all its tokens. Throws if there is none, or if it is another's. */
export async function endGrantOf(services: Services, account: string, id: string): Promise<void> {
	const grants = await grantsOf(services, account);
	if (!grants.some((grant) => grant.id === id)) throw notFound();
	await endGrant(services.database, id);
}
