/** The fields of `Authorization: Ambient16 token="…", nc="7", mac="<64 hex>"`, or with a `key="<id>"` as well. */
export interface Signature {
	token: string;
	nc: string;
	/** The id of the key that it was made with; undefined: with the UUID. */
	key: string | undefined;
	/** 64 characters; that they are hex shows when it is compared. */
	mac: string;
}

/**
 * Reads the header field (RFC 9110, 11.4: scheme and names in any case, parameters in any order), or undefined.
 * Without patterns for what is there in each request: XS compiles them anew every time.
 */
export function parseAuthorization(field: string): Signature | undefined {
	const space = field.indexOf(" ");
	const parts = field.slice(space + 1).split(",", 5);
	if (field.slice(0, space).toLowerCase() !== "ambient16") return;
	let token = "";
	let nc = "";
	let mac = "";
	let key: string | undefined;
	for (let i = 0; i < parts.length; i++) {
		const part = parts[i]!;
		const equals = part.indexOf("=");
		const quoted = part.slice(equals + 1).trim();
		if (quoted[0] !== '"' || !quoted.endsWith('"')) return;
		const value = quoted.slice(1, -1);
		const name = part.slice(0, equals).trim().toLowerCase();
		if (name === "token") token = value;
		else if (name === "nc") nc = value;
		else if (name === "mac") mac = value.toLowerCase();
		else if (name === "key") key = value;
	}
	// As many as there are parameters, and each of them is there: none is another or twice.
	if (parts.length !== (key === undefined ? 3 : 4)) return;
	if (token === "" || nc === "" || nc[0] === "0" || /[^0-9]/.test(nc) || mac.length !== 64) return;
	return { token, nc, key, mac };
}
