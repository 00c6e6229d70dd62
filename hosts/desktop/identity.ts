import { createHash, createPrivateKey, randomBytes, webcrypto, X509Certificate } from "node:crypto";

/** A clock may be wrong by years, on the device or at its owner's; 2049 is the last that UTCTime holds. */
const NOT_BEFORE = new Date("2020-01-01T00:00:00Z");
const NOT_AFTER = new Date("2049-12-31T23:59:59Z");

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** A new P-256 key with its self-signed certificate, good for the names and `addresses`, in PEM. */
export async function createIdentity(udid: string, addresses: string[]): Promise<Uint8Array> {
	// The library's decorators want it there first. Both are loaded only here, for they take a while.
	await import("reflect-metadata");
	const x509 = await import("@peculiar/x509");
	const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
	const name = `ambient16-${udid}`;
	const certificate = await x509.X509CertificateGenerator.createSelfSigned({
		serialNumber: serialNumber(),
		name: [{ CN: [name] }],
		notBefore: NOT_BEFORE,
		notAfter: NOT_AFTER,
		keys,
		signingAlgorithm: ALGORITHM,
		extensions: [
			new x509.BasicConstraintsExtension(false, undefined, true),
			new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
			new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
			new x509.SubjectAlternativeNameExtension([
				{ type: "dns", value: `${name}.local` },
				{ type: "dns", value: "localhost" },
				...["127.0.0.1", "::1", ...addresses].map((value) => ({ type: "ip" as const, value })),
			]),
		],
	});
	const key = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
	return new TextEncoder().encode(
		`${certificate.toString("pem")}\n${x509.PemConverter.encode(key, "PRIVATE KEY")}\n`,
	);
}

/** SHA-256 of the certificate (DER); undefined if the bytes are no certificate with its key. */
export function fingerprint(identity: Uint8Array): Uint8Array | undefined {
	try {
		const pem = Buffer.from(identity);
		const certificate = new X509Certificate(pem);
		if (!certificate.checkPrivateKey(createPrivateKey(pem))) return undefined;
		return new Uint8Array(createHash("sha256").update(certificate.raw).digest());
	} catch {
		return undefined;
	}
}

/** RFC 5280, 4.1.2.2: positive, at most 20 octets; CA/Browser Forum: 64 bits of chance. In hex. */
function serialNumber(): string {
	const bytes = randomBytes(16);
	bytes[0] = (bytes[0]! & 0x3f) | 0x40;
	return bytes.toString("hex");
}
