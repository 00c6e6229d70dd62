import type { Endpoint } from "../../hosts/host";
import { parseAddress } from "./address";

/** Schemes and their ports. */
export const HTTP_SCHEMES = { http: 80, https: 443 } as const;

const NAME = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
const DIGITS = "0123456789";

/**
 * Reads `scheme://host[:port][/path]` (RFC 3986) with one of the schemes given, by their default ports. Only
 * what is needed here: no user, query or fragment, and what is not ASCII escaped. Undefined if it is anything else.
 * Without regular expressions: XS takes 32 bytes for each character that one of their loops steps over.
 */
export function parseEndpoint(url: string, schemes: Readonly<Record<string, number>>): Endpoint | undefined {
	const colon = url.indexOf("://");
	const scheme = url.slice(0, Math.max(colon, 0)).toLowerCase();
	// XS keeps every name that a property was asked for by, so first it has to be one of these.
	if (!Object.keys(schemes).includes(scheme)) return undefined;
	const rest = url.slice(colon + 3);
	const slash = rest.indexOf("/");
	const authority = slash < 0 ? rest : rest.slice(0, slash);
	const path = slash < 0 ? "" : rest.slice(slash);
	if (!isPath(path)) return undefined;
	const bracket = authority.indexOf("]");
	const literal = authority.startsWith("[");
	const end = literal ? bracket + 1 : authority.indexOf(":");
	const host = end < 0 ? authority : authority.slice(0, end);
	const port = end < 0 ? "" : authority.slice(end);
	const name = literal ? host.slice(1, -1) : host;
	if (literal ? name.includes("%") || !name.includes(":") || !parseAddress(name) : !isName(name))
		return undefined;
	const number = port === "" ? (schemes[scheme] as number) : parsePort(port);
	return number === undefined
		? undefined
		: { secure: scheme.endsWith("s"), host: name.toLowerCase(), port: number, path };
}

function isName(host: string): boolean {
	return host !== "" && consistsOf(host, NAME);
}

/** `:` and a port. */
function parsePort(text: string): number | undefined {
	const digits = text.slice(1);
	if (!text.startsWith(":") || digits.length < 1 || digits.length > 5 || !consistsOf(digits, DIGITS))
		return undefined;
	const port = Number(digits);
	return port >= 1 && port <= 65_535 ? port : undefined;
}

/** Printable ASCII but for `#` and `?`. */
function isPath(path: string): boolean {
	for (let i = 0; i < path.length; i++) {
		const code = path.charCodeAt(i);
		if (code <= 0x20 || code >= 0x7f || code === 0x23 || code === 0x3f) return false;
	}
	return true;
}

function consistsOf(text: string, characters: string): boolean {
	for (const character of text) if (!characters.includes(character)) return false;
	return true;
}
