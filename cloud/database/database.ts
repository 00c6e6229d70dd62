import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { type Dialect, Kysely, Migrator, PostgresDialect, SqliteDialect } from "kysely";
import pg from "pg";
import { migrations } from "./migrations";
import type { Tables } from "./tables";

/** Connections to PostgreSQL: what a home asks at a time. */
const CONNECTIONS = 8;
/** The type of 64-bit integers in PostgreSQL: times, which a number of JavaScript holds. */
const INT8 = 20;

/** The database of accounts, brought to the newest form: PostgreSQL, or else SQLite in a file of the folder. */
export async function openDatabase(folder: string, url?: string): Promise<Kysely<Tables>> {
	const database = new Kysely<Tables>({
		dialect: url ? postgres(url) : sqlite(join(folder, "cloud.sqlite")),
	});
	const migrator = new Migrator({ db: database, provider: { getMigrations: async () => migrations } });
	const { error } = await migrator.migrateToLatest();
	if (!error) return database;
	await database.destroy();
	throw error;
}

function sqlite(file: string): Dialect {
	const database = new Sqlite(file);
	database.pragma("journal_mode = WAL");
	database.pragma("synchronous = FULL");
	database.pragma("foreign_keys = ON");
	// What is deleted is overwritten, not only forgotten.
	database.pragma("secure_delete = ON");
	return new SqliteDialect({ database });
}

function postgres(url: string): Dialect {
	const types = new pg.TypeOverrides();
	types.setTypeParser(INT8, Number);
	return new PostgresDialect({ pool: new pg.Pool({ connectionString: url, max: CONNECTIONS, types }) });
}
