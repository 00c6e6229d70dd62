import type { Kysely, Selectable } from "kysely";
import type { Adapter, AdapterPayload, errors } from "oidc-provider";
import type { Tables } from "../database/tables";
import { QUESTIONS } from "../limits";
import type { Seal } from "../secrets/seal";
import { digest } from "../secrets/tokens";
import type { Services } from "../services";

type Parts = Pick<Services, "database" | "seal" | "clock">;
type Row = Selectable<Tables["oauth_items"]>;

/** Keeps what oidc-provider has to remember in our database: sealed, and under digests of its names. */
export function createAdapter(services: Parts, InvalidGrant: typeof errors.InvalidGrant) {
	return (model: string): Adapter =>
		model === "Client" ? clients(services) : items(model, services, InvalidGrant);
}

function items(
	model: string,
	{ database, seal, clock }: Parts,
	InvalidGrant: typeof errors.InvalidGrant,
): Adapter {
	const idOf = (name: string) => `${model} ${digest(name)}`;
	const read = (row: Row | undefined) => open(row, seal, clock());
	return {
		async upsert(name, payload, expiresIn = 0) {
			const id = idOf(name);
			const { accountId, grantId, uid } = payload;
			const row = {
				account: accountId ?? null,
				grant_id: model === "Grant" ? digest(name) : grantId === undefined ? null : digest(grantId),
				uid: uid === undefined ? null : digest(uid),
				sealed: seal.seal(JSON.stringify(payload), id),
				expires: clock() + expiresIn * 1000,
			};
			await database
				.insertInto("oauth_items")
				.values({ id, ...row, consumed: null })
				.onConflict((conflict) => conflict.column("id").doUpdateSet(row))
				.execute();
			if (row.account === null) await forgetOldest(database);
		},
		find: async (name) =>
			read(
				await database.selectFrom("oauth_items").selectAll().where("id", "=", idOf(name)).executeTakeFirst(),
			),
		findByUid: async (uid) =>
			read(
				await database
					.selectFrom("oauth_items")
					.selectAll()
					.where("uid", "=", digest(uid))
					.where("id", "like", `${model} %`)
					.executeTakeFirst(),
			),
		// Of grants for devices without a browser, which this server does not give.
		findByUserCode: async () => undefined,
		async consume(name) {
			const { numUpdatedRows } = await database
				.updateTable("oauth_items")
				.set({ consumed: clock() })
				.where("id", "=", idOf(name))
				.where("consumed", "is", null)
				.executeTakeFirstOrThrow();
			// Two that came at the same time: one of them is not its owner.
			if (numUpdatedRows === 0n) throw new InvalidGrant("it was used already");
		},
		async destroy(name) {
			await database.deleteFrom("oauth_items").where("id", "=", idOf(name)).execute();
		},
		revokeByGrantId: (grantId) => endGrant(database, digest(grantId)),
	};
}

/** What an owner has allowed is over, with all tokens that came of it. `grant`: its digest. */
export async function endGrant(database: Kysely<Tables>, grant: string): Promise<void> {
	await database.transaction().execute(async (transaction) => {
		await transaction.deleteFrom("oauth_items").where("grant_id", "=", grant).execute();
		await transaction.deleteFrom("oauth_grants").where("id", "=", grant).execute();
	});
}

/** Anybody may ask a question, which lasts until somebody signs in and answers it: beyond so many the oldest go. */
async function forgetOldest(database: Kysely<Tables>): Promise<void> {
	const oldest = database
		.selectFrom("oauth_items")
		.select("id")
		.where("account", "is", null)
		.orderBy("expires", "desc")
		.limit(1_000_000)
		.offset(QUESTIONS);
	await database.deleteFrom("oauth_items").where("id", "in", oldest).execute();
}

/** Erases what has ended. */
export async function sweepItems({ database, clock }: Pick<Services, "database" | "clock">): Promise<void> {
	await database.deleteFrom("oauth_items").where("expires", "<=", clock()).execute();
}

function open(row: Row | undefined, seal: Seal, now: number): AdapterPayload | undefined {
	if (!row || row.expires <= now) return undefined;
	const payload = JSON.parse(seal.open(row.sealed, row.id)) as AdapterPayload;
	return row.consumed === null ? payload : { ...payload, consumed: Math.floor(row.consumed / 1000) };
}

/** Services as their owners have registered them: with no secret, as OAuth 2.1 has public clients. */
function clients({ database }: Pick<Services, "database">): Adapter {
	const refuse = () => {
		throw new Error("services are registered on a page");
	};
	return {
		async find(id) {
			const row = await database
				.selectFrom("oauth_clients")
				.selectAll()
				.where("id", "=", id)
				.executeTakeFirst();
			if (!row) return undefined;
			const redirects: string[] = JSON.parse(row.redirects);
			return {
				client_id: row.id,
				client_name: row.name,
				redirect_uris: redirects,
				// Programs on the owner's own computer are answered at any port there (RFC 8252, 7.3).
				application_type: redirects.every((uri) => uri.startsWith("https:")) ? "web" : "native",
				token_endpoint_auth_method: "none",
				grant_types: ["authorization_code", "refresh_token"],
				response_types: ["code"],
				id_token_signed_response_alg: "ES256",
			};
		},
		upsert: refuse,
		findByUid: async () => undefined,
		findByUserCode: async () => undefined,
		consume: refuse,
		destroy: refuse,
		revokeByGrantId: async () => undefined,
	};
}
