import { sign } from "@fastify/cookie";
import type { Kysely } from "kysely";
import type { Tables } from "../../database/tables";
import { digest } from "../../secrets/tokens";
import type { TestCloud } from "./cloud";

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

/** A session in which an account is signed in: the value of the Cookie field. */
export async function insertSession({ services }: TestCloud, account: string): Promise<string> {
	const id = `session-of-${account}`;
	const now = services.clock();
	await services.database
		.insertInto("sessions")
		.values({
			id: digest(id),
			account,
			data: JSON.stringify({ account, created: now }),
			agent: "",
			created: now,
			seen: now,
		})
		.execute();
	const secret = services.seal.derive("session cookies").toString("hex");
	return `__Host-session=${encodeURIComponent(sign(id, secret))}`;
}
