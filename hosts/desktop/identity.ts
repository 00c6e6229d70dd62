import {
	createHash,
	createPrivateKey,
	createPublicKey,
	randomBytes,
	webcrypto,
	X509Certificate,
} from "node:crypto";

const DAY = 86_400_000;
/** Apple takes 825 at most, whoever trusts the certificate (support.apple.com/103769). */
const VALID_DAYS = 820;

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/**
 * A P-256 key, new or that of a `former` identity, with its self-signed certificate, good for the names and `addresses`
 * from the day before `now` on (ms since 1970), in PEM.
 */
export async function createIdentity(
	udid: string,
	addresses: string[],
	now: number,
	former?: Uint8Array,
): Promise<Uint8Array> {
	// The library's decorators want it there first. Both are loaded only here, for they take a while.
	await import("reflect-metadata");
	const x509 = await import("@peculiar/x509");
	const keys = former
		? await keysOf(former)
		: await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
	// A client's clock may be behind.
	const notBefore = new Date(Math.floor(now / 1000) * 1000 - DAY);
	const name = `ambient16-${udid}`;
	const certificate = await x509.X509CertificateGenerator.createSelfSigned({
		serialNumber: serialNumber(),
		name: [{ CN: [name] }],
		notBefore,
		notAfter: new Date(notBefore.getTime() + VALID_DAYS * DAY - 1000),
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

/** Until when the certificate is valid, ms since 1970; 0 if it cannot be read. */
export function expiry(identity: Uint8Array): number {
	try {
		return Date.parse(new X509Certificate(identity).validTo) || 0;
	} catch {
		return 0;
	}
}

async function keysOf(identity: Uint8Array): Promise<webcrypto.CryptoKeyPair> {
	const pem = Buffer.from(identity);
	const { subtle } = webcrypto;
	const pkcs8 = createPrivateKey(pem).export({ type: "pkcs8", format: "der" });
	const spki = createPublicKey(pem).export({ type: "spki", format: "der" });
	return {
		privateKey: await subtle.importKey("pkcs8", pkcs8, ALGORITHM, true, ["sign"]),
		publicKey: await subtle.importKey("spki", spki, ALGORITHM, true, ["verify"]),
	};
}

/** SHA-256 of the certificate (DER), in lower-case hex; undefined if the bytes are no certificate with its key. */
export function fingerprint(identity: Uint8Array): string | undefined {
	try {
		const pem = Buffer.from(identity);
		const certificate = new X509Certificate(pem);
		if (!certificate.checkPrivateKey(createPrivateKey(pem))) return undefined;
		return createHash("sha256").update(certificate.raw).digest("hex");
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
