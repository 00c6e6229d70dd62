import type { Kysely } from "kysely";

export async function up(database: Kysely<unknown>): Promise<void> {
	const { schema } = database;
	await schema
		.createTable("sensors")
		.addColumn("id", "text", (column) => column.primaryKey())
		.addColumn("account", "text", (column) => column.notNull().references("accounts.id").onDelete("cascade"))
		.addColumn("name", "text", (column) => column.notNull())
		.addColumn("token", "text", (column) => column.notNull().unique())
		.addColumn("generation", "integer", (column) => column.notNull().defaultTo(1))
		.addColumn("udid", "text")
		.addColumn("created", "bigint", (column) => column.notNull())
		.addColumn("heard", "bigint")
		.execute();
	await schema.createIndex("sensors_account").on("sensors").column("account").execute();
}
