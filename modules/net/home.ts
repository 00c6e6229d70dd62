import type { Connect, Endpoint, Trust } from "../../hosts/host";
import { parseAddress } from "./address";

/**
 * Ends of names that no public server can have: RFC 6762 (.local), RFC 8375 (.home.arpa), .internal (ICANN, 2024), and
 * what routers give out. (.home is promised to nobody: ICANN, 2018.)
 */
const SUFFIXES: readonly string[] = [
	".local",
	".lan",
	".home",
	".home.arpa",
	".internal",
	".localdomain",
	".fritz.box",
];

/**
 * Whether a host is of the home, as far as its text tells: an address of the home, `localhost`, a single label, which
 * only the home's own resolver completes, or a name with one of the endings above. What such a name resolves to has to
 * pass isHomeAddress at every connection.
 */
export function isHomeHost(host: string): boolean {
	if (parseAddress(host)) return isHomeAddress(host);
	const name = (host.endsWith(".") ? host.slice(0, -1) : host).toLowerCase();
	// Resolvers take a number, also a hexadecimal one, for an IPv4 address (inet_aton).
	if (!name.includes(".")) return name !== "" && !name.includes(":") && Number.isNaN(Number(name));
	return SUFFIXES.some((suffix) => name.endsWith(suffix) && name.length > suffix.length);
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

/** Where to connect to: without TLS to an address of the home only, whatever a name resolves to by now. */
export function reach(endpoint: Endpoint, trust: Trust): Connect {
	return { endpoint, trust, allowAddress: (address) => endpoint.secure || isHomeAddress(address) };
}
