import type { Kysely } from "kysely";
import type { Tables } from "../../database/tables";
import { digest } from "../../secrets/tokens";

/** An account that nobody can sign in to. */
export async function insertAccount(database: Kysely<Tables>, id: string): Promise<void> {
	await database
		.insertInto("accounts")
		.values({ id, name: id, password: "", uuid: "", created: 0 })
		.execute();
}

/** A sensor of an account, that has not been heard. */
export async function insertSensor(
	database: Kysely<Tables>,
	{ id, account, token, name = id }: { id: string; account: string; token: string; name?: string },
): Promise<void> {
	await database
		.insertInto("sensors")
		.values({ id, account, name, token: digest(token), created: 0 })
		.execute();
}
