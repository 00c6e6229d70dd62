import type { Kysely } from "kysely";

export async function up(database: Kysely<unknown>): Promise<void> {
	const { schema } = database;
	await schema
		.createTable("accounts")
		.addColumn("id", "text", (column) => column.primaryKey())
		.addColumn("name", "text", (column) => column.notNull().unique())
		.addColumn("password", "text", (column) => column.notNull())
		.addColumn("uuid", "text", (column) => column.notNull())
		.addColumn("created", "bigint", (column) => column.notNull())
		.execute();
	await schema
		.createTable("passkeys")
		.addColumn("id", "text", (column) => column.primaryKey())
		.addColumn("account", "text", (column) => column.notNull().references("accounts.id").onDelete("cascade"))
		.addColumn("name", "text", (column) => column.notNull())
		.addColumn("public_key", "text", (column) => column.notNull())
		.addColumn("counter", "bigint", (column) => column.notNull())
		.addColumn("host", "text", (column) => column.notNull())
		.addColumn("created", "bigint", (column) => column.notNull())
		.addColumn("used", "bigint")
		.execute();
	await schema.createIndex("passkeys_account").on("passkeys").column("account").execute();
	await schema
		.createTable("recovery_codes")
		.addColumn("code", "text", (column) => column.primaryKey())
		.addColumn("account", "text", (column) => column.notNull().references("accounts.id").onDelete("cascade"))
		.execute();
	await schema.createIndex("recovery_codes_account").on("recovery_codes").column("account").execute();
	await schema
		.createTable("sessions")
		.addColumn("id", "text", (column) => column.primaryKey())
		.addColumn("account", "text", (column) => column.references("accounts.id").onDelete("cascade"))
		.addColumn("data", "text", (column) => column.notNull())
		.addColumn("created", "bigint", (column) => column.notNull())
		.addColumn("seen", "bigint", (column) => column.notNull())
		.execute();
	await schema.createIndex("sessions_account").on("sessions").columns(["account", "seen"]).execute();
}
