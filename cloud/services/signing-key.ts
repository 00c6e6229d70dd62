import { generateKeyPairSync, type JsonWebKey } from "node:crypto";
import type { Services } from "../services";

const ID = "id-tokens";

/** The key that identities are signed with (ES256), made at first and kept sealed. */
export async function signingKey({
	database,
	seal,
}: Pick<Services, "database" | "seal">): Promise<JsonWebKey> {
	const context = `signing key ${ID}`;
	const find = () =>
		database.selectFrom("signing_keys").select("sealed").where("id", "=", ID).executeTakeFirst();
	let row = await find();
	if (!row) {
		const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
		const jwk = { ...privateKey.export({ format: "jwk" }), alg: "ES256", use: "sig", kid: ID };
		await database
			.insertInto("signing_keys")
			.values({ id: ID, sealed: seal.seal(JSON.stringify(jwk), context) })
			.onConflict((conflict) => conflict.doNothing())
			.execute();
		row = await find();
	}
	return JSON.parse(seal.open(row?.sealed ?? "", context));
}
