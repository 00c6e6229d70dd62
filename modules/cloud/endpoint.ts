import type { Endpoint } from "../../hosts/host";

/** Schemes and their ports. */
export const HTTP_SCHEMES = { http: 80, https: 443 } as const;

/**
 * Reads `scheme://host[:port][/path]` (RFC 3986) with one of the schemes given, by their default ports. Only
 * what is needed here: no user, query or fragment, and what is not ASCII escaped. Undefined if it is anything else.
 */
export function parseEndpoint(url: string, schemes: Readonly<Record<string, number>>): Endpoint | undefined {
	const match = /^([a-z]+):\/\/(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::([0-9]{1,5}))?(\/[!"$->@-~]*)?$/i.exec(url);
	if (!match) return undefined;
	const [, scheme, host, port, path] = match as unknown as [string, string, string, string?, string?];
	const name = scheme.toLowerCase();
	// XS keeps every name that a property was asked for by, so first it has to be one of these.
	if (!Object.keys(schemes).includes(name)) return undefined;
	const number = port === undefined ? (schemes[name] as number) : Number(port);
	if (number < 1 || number > 65_535) return undefined;
	const literal = host.startsWith("[") ? host.slice(1, -1) : host;
	if (host.startsWith("[") && !parseAddress(literal)) return undefined;
	return { secure: name.endsWith("s"), host: literal.toLowerCase(), port: number, path: path ?? "" };
}

/**
 * Whether a name or address may be reached without TLS, as far as its text tells: an address of the home, or
 * a name that by its kind belongs there (RFC 6762, RFC 8375, RFC 6761, and the usual `.lan`). What such a
 * name resolves to has to pass isHomeAddress at every connection.
 */
export function isHomeHost(host: string): boolean {
	if (parseAddress(host)) return isHomeAddress(host);
	const name = host.endsWith(".") ? host.slice(0, -1) : host;
	return name === "localhost" || [".local", ".lan", ".home.arpa"].some((suffix) => name.endsWith(suffix));
}

/**
 * Whether an IP address is private (RFC 1918, RFC 4193), link-local (RFC 3927, RFC 4291) or loopback. What
 * is not an address is not.
 */
export function isHomeAddress(address: string): boolean {
	const parts = parseAddress(address);
	if (!parts) return false;
	if (parts.length === 4) {
		const [a, b] = parts as [number, number];
		return (
			a === 10 ||
			a === 127 ||
			(a === 172 && b >= 16 && b < 32) ||
			(a === 192 && b === 168) ||
			(a === 169 && b === 254)
		);
	}
	const [first] = parts as [number];
	const zeros = parts.findIndex((part) => part !== 0);
	// IPv4 inside IPv6 (RFC 4291, 2.5.5.2) is as the IPv4 address is.
	if (zeros === 5 && parts[5] === 0xffff) {
		const [high, low] = parts.slice(6) as [number, number];
		return isHomeAddress(`${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`);
	}
	return (zeros === 7 && parts[7] === 1) || (first & 0xfe00) === 0xfc00 || (first & 0xffc0) === 0xfe80;
}

/** The 4 bytes of an IPv4 address or the 8 words of an IPv6 address; undefined if it is neither. */
function parseAddress(text: string): number[] | undefined {
	if (!text.includes(":")) {
		const parts = text.split(".");
		const valid =
			parts.length === 4 && parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) < 256);
		return valid ? parts.map(Number) : undefined;
	}
	const halves = text.replace(/%.*$/, "").split("::");
	if (halves.length > 2) return undefined;
	const words: number[][] = [];
	for (const half of halves) {
		const list: number[] = [];
		words.push(list);
		if (half === "") continue;
		const parts = half.split(":");
		for (let i = 0; i < parts.length; i++) {
			const part = parts[i] as string;
			const bytes = i === parts.length - 1 && part.includes(".") ? parseAddress(part) : undefined;
			if (bytes)
				list.push(
					((bytes[0] as number) << 8) | (bytes[1] as number),
					((bytes[2] as number) << 8) | (bytes[3] as number),
				);
			else if (/^[0-9a-f]{1,4}$/i.test(part)) list.push(Number.parseInt(part, 16));
			else return undefined;
		}
	}
	const [front = [], back] = words;
	if (!back) return front.length === 8 ? front : undefined;
	const missing = 8 - front.length - back.length;
	return missing >= 1 ? [...front, ...Array<number>(missing).fill(0), ...back] : undefined;
}
