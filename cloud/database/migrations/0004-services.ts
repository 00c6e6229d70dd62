import type { Kysely } from "kysely";

export async function up(database: Kysely<unknown>): Promise<void> {
	const { schema } = database;
	await schema
		.createTable("order_counts")
		.addColumn("sensor", "text", (column) => column.primaryKey().references("sensors.id").onDelete("cascade"))
		.addColumn("count", "bigint", (column) => column.notNull())
		.execute();
	await schema
		.createTable("access_tokens")
		.addColumn("id", "text", (column) => column.primaryKey())
		.addColumn("account", "text", (column) => column.notNull().references("accounts.id").onDelete("cascade"))
		.addColumn("name", "text", (column) => column.notNull())
		.addColumn("scopes", "text", (column) => column.notNull())
		.addColumn("token", "text", (column) => column.notNull().unique())
		.addColumn("created", "bigint", (column) => column.notNull())
		.addColumn("until", "bigint", (column) => column.notNull())
		.addColumn("used", "bigint")
		.execute();
	await schema.createIndex("access_tokens_account").on("access_tokens").column("account").execute();
	await schema
		.createTable("device_keys")
		.addColumn("id", "text", (column) => column.primaryKey())
		.addColumn("account", "text", (column) => column.notNull().references("accounts.id").onDelete("cascade"))
		.addColumn("name", "text", (column) => column.notNull())
		.addColumn("scope", "text", (column) => column.notNull())
		.addColumn("created", "bigint", (column) => column.notNull())
		.addColumn("until", "bigint", (column) => column.notNull())
		.execute();
	await schema.createIndex("device_keys_account").on("device_keys").column("account").execute();
	await schema
		.createTable("oauth_clients")
		.addColumn("id", "text", (column) => column.primaryKey())
		.addColumn("account", "text", (column) => column.notNull().references("accounts.id").onDelete("cascade"))
		.addColumn("name", "text", (column) => column.notNull())
		.addColumn("redirects", "text", (column) => column.notNull())
		.addColumn("created", "bigint", (column) => column.notNull())
		.execute();
	await schema.createIndex("oauth_clients_account").on("oauth_clients").column("account").execute();
	await schema
		.createTable("oauth_grants")
		.addColumn("id", "text", (column) => column.primaryKey())
		.addColumn("account", "text", (column) => column.notNull().references("accounts.id").onDelete("cascade"))
		.addColumn("client", "text", (column) =>
			column.notNull().references("oauth_clients.id").onDelete("cascade"),
		)
		.addColumn("scopes", "text", (column) => column.notNull())
		.addColumn("created", "bigint", (column) => column.notNull())
		.addColumn("used", "bigint")
		.execute();
	await schema.createIndex("oauth_grants_account").on("oauth_grants").column("account").execute();
	await schema
		.createTable("oauth_items")
		.addColumn("id", "text", (column) => column.primaryKey())
		.addColumn("account", "text", (column) => column.references("accounts.id").onDelete("cascade"))
		.addColumn("grant_id", "text")
		.addColumn("uid", "text")
		.addColumn("sealed", "text", (column) => column.notNull())
		.addColumn("expires", "bigint", (column) => column.notNull())
		.addColumn("consumed", "bigint")
		.execute();
	await schema.createIndex("oauth_items_grant").on("oauth_items").column("grant_id").execute();
	await schema.createIndex("oauth_items_account").on("oauth_items").column("account").execute();
	await schema.createIndex("oauth_items_uid").on("oauth_items").column("uid").execute();
	await schema.createIndex("oauth_items_expires").on("oauth_items").column("expires").execute();
	await schema
		.createTable("signing_keys")
		.addColumn("id", "text", (column) => column.primaryKey())
		.addColumn("sealed", "text", (column) => column.notNull())
		.execute();
}
