/** Times are ms since 1970. */
export interface ServiceTables {
	order_counts: OrderCountTable;
	access_tokens: AccessTokenTable;
	device_keys: DeviceKeyTable;
	oauth_clients: OAuthClientTable;
	oauth_grants: OAuthGrantTable;
	oauth_items: OAuthItemTable;
	signing_keys: SigningKeyTable;
}

/** The highest `nc` of a sensor that this server has used. */
interface OrderCountTable {
	sensor: string;
	count: number;
}

/** Personal tokens. */
interface AccessTokenTable {
	id: string;
	account: string;
	name: string;
	/** Separated by spaces. */
	scopes: string;
	/** Digest. */
	token: string;
	created: number;
	until: number;
	used: number | null;
}

/** What was minted, without the key itself: the sensors know it by its name. */
interface DeviceKeyTable {
	id: string;
	account: string;
	name: string;
	/** Letters, as docs/protocol.md has them. */
	scope: string;
	created: number;
	until: number;
}

/** Services that may ask for access. */
interface OAuthClientTable {
	id: string;
	/** Of who has registered it. */
	account: string;
	name: string;
	/** JSON, an array of addresses. */
	redirects: string;
	created: number;
}

/** What an owner has allowed a service. */
interface OAuthGrantTable {
	/** Digest of what oidc-provider calls it. */
	id: string;
	account: string;
	client: string;
	scopes: string;
	created: number;
	used: number | null;
}

/** What oidc-provider keeps: codes, tokens, questions. Its names for them are tokens themselves, and so only digests. */
interface OAuthItemTable {
	/** `<model> <digest>`. */
	id: string;
	account: string | null;
	/** Digest. */
	grant_id: string | null;
	/** Digest. */
	uid: string | null;
	sealed: string;
	expires: number;
	consumed: number | null;
}

/** Sealed JWKs. */
interface SigningKeyTable {
	id: string;
	sealed: string;
}
