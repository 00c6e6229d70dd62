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
	if (field.slice(0, space).toLowerCase() !== "ambient16") return;
	// In turns: a comma, a name and an equals sign; and a value. Behind the last one there is nothing.
	const parts = `,${field.slice(space + 1)}`.split('"', 10);
	let token = "";
	let nc = "";
	let mac = "";
	let key: string | undefined;
	for (let i = 1; i < parts.length; i += 2) {
		const value = parts[i]!;
		const before = parts[i - 1]!.trim();
		if (before[0] !== "," || !before.endsWith("=")) return;
		const name = before.slice(1, -1).trim().toLowerCase();
		if (name === "token") token = value;
		else if (name === "nc") nc = value;
		else if (name === "mac") mac = value.toLowerCase();
		else if (name === "key") key = value;
	}
	// As many as there are parameters, and each of them is there: none is another or twice.
	if (parts.length !== (key === undefined ? 7 : 9) || parts.at(-1)!.trim() !== "") return;
	if (token === "" || nc === "" || nc[0] === "0" || /[^0-9]/.test(nc) || mac.length !== 64) return;
	return { token, nc, key, mac };
}
