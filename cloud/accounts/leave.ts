import { sql } from "kysely";
import { BELONGINGS } from "../belongings";
import type { Services } from "../services";
import { listPasskeys } from "./passkeys";
import { uuidOf } from "./uuid";
import type { Account } from "./who";

/** All that an account is and has, as JSON, with the UUID: its owner's to keep. */
export async function exportAccount(services: Services, account: Account): Promise<string> {
	const { created } = await services.database
		.selectFrom("accounts")
		.select("created")
		.where("id", "=", account.id)
		.executeTakeFirstOrThrow();
	const passkeys = await listPasskeys(services, account.id);
	const all: Record<string, unknown> = {
		exported: new Date(services.clock()).toISOString(),
		name: account.name,
		created: new Date(created).toISOString(),
		uuid: await uuidOf(services, account.id),
		passkeys: passkeys.map(({ name, host }) => ({ name, host })),
	};
	for (const { name, describe } of BELONGINGS) all[name] = await describe(services, account);
	return `${JSON.stringify(all, null, "\t")}\n`;
}

/** Erases an account and all that it has. Nothing of it stays in the files of the database. */
export async function deleteAccount(services: Services, account: Account): Promise<void> {
	const { database, config } = services;
	for (const { erase } of BELONGINGS) await erase?.(services, account);
	await database.deleteFrom("accounts").where("id", "=", account.id).execute();
	// Also the journal has what was there.
	if (!config.databaseUrl) await sql`PRAGMA wal_checkpoint(TRUNCATE)`.execute(database);
}
