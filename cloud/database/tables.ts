import type { Generated } from "kysely";
import type { ServiceTables } from "../services/tables";

/** All tables. Times are ms since 1970; `sealed` is what `secrets/seal.ts` makes; digests are of `secrets/tokens.ts`. */
export interface Tables extends ServiceTables {
	accounts: AccountTable;
	passkeys: PasskeyTable;
	recovery_codes: RecoveryCodeTable;
	sessions: SessionTable;
	sensors: SensorTable;
}

export interface AccountTable {
	id: string;
	/** What its owner signs in with, in lower case. */
	name: string;
	/** Argon2id, in the PHC string format. */
	password: string;
	/** The owner's UUID, sealed. */
	uuid: string;
	created: number;
}

export interface PasskeyTable {
	/** Of the credential, in base64url. */
	id: string;
	account: string;
	/** What its owner calls it. */
	name: string;
	/** COSE, in base64url. */
	public_key: string;
	counter: number;
	/** The host name that it is good for. */
	host: string;
	created: number;
	/** When it was used last. */
	used: number | null;
}

export interface RecoveryCodeTable {
	/** Digest. */
	code: string;
	account: string;
}

export interface SessionTable {
	/** Digest of what the cookie has. */
	id: string;
	/** Null as long as nobody has signed in. */
	account: string | null;
	/** What the session holds, as JSON. */
	data: string;
	created: number;
	seen: number;
}

export interface SensorTable {
	/** Also what its points are kept under. */
	id: string;
	account: string;
	name: string;
	/** Digest of the token that its points come with. */
	token: string;
	/** Of its access: a higher one ends that before. */
	generation: Generated<number>;
	/** Its own number, 12 hex digits, once it has been heard. */
	udid: string | null;
	created: number;
	/** When its last point came. */
	heard: number | null;
}
