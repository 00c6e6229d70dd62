/** The fields of `Authorization: Ambient16 token="…", nc="7", mac="<64 hex>"`. */
export interface Signature {
	token: string;
	nc: string;
	mac: string;
}

/** Reads the header field (RFC 9110, 11.4: scheme and names in any case, parameters in any order), or undefined. */
export function parseAuthorization(field: string): Signature | undefined {
	const space = field.indexOf(" ");
	if (space < 0 || field.slice(0, space).toLowerCase() !== "ambient16") return undefined;
	const signature: Signature = { token: "", nc: "", mac: "" };
	for (const part of field.slice(space + 1).split(",")) {
		const match = /^[ \t]*(token|nc|mac)[ \t]*=[ \t]*"([a-zA-Z0-9]+)"[ \t]*$/i.exec(part);
		if (!match) return undefined;
		const name = (match[1] as string).toLowerCase() as keyof Signature;
		if (signature[name] !== "") return undefined;
		signature[name] = match[2] as string;
	}
	signature.mac = signature.mac.toLowerCase();
	const { token, nc, mac } = signature;
	if (token === "" || !/^[1-9][0-9]*$/.test(nc) || !/^[0-9a-f]{64}$/.test(mac)) return undefined;
	return signature;
}
