import { X509Certificate } from "node:crypto";
import type { Trust } from "../host";

/** Network.checkTrust: of the certificates in `ca` one at least must be such that OpenSSL would begin a chain with it. */
export function checkTrust({ ca }: Trust, now: number): string | undefined {
	if (ca === undefined) return undefined;
	let reason: string | undefined = "no certificate in it";
	for (const pem of split(ca)) {
		reason = reasonAgainst(pem, now);
		if (reason === undefined) break;
	}
	return reason;
}

/** Those certificates of a bundle that can be read, each in PEM: OpenSSL stops at the first that it cannot. */
export function readable(ca: string): string[] {
	return split(ca).filter((pem) => parse(pem) !== undefined);
}

/** What stands before the first certificate is no part of it. */
function split(ca: string): string[] {
	const begin = "-----BEGIN CERTIFICATE-----";
	return ca
		.split(begin)
		.slice(1)
		.map((part) => begin + part);
}

function reasonAgainst(pem: string, now: number): string | undefined {
	const certificate = parse(pem);
	if (!certificate) return "certificate is damaged";
	// A server's own certificate that nobody else has signed is its own authority.
	if (!certificate.ca && certificate.issuer !== certificate.subject)
		return "certificate is not an authority's";
	return Date.parse(certificate.validTo) < now ? "certificate has expired" : undefined;
}

function parse(pem: string): X509Certificate | undefined {
	try {
		return new X509Certificate(pem);
	} catch {
		return undefined;
	}
}
