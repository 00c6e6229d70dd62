import { createHash, randomBytes, webcrypto, X509Certificate } from "node:crypto";
import "reflect-metadata";
import * as x509 from "@peculiar/x509";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY = 86_400_000;

export interface Issued {
	/** PEM. */
	key: string;
	/** PEM. */
	cert: string;
	/** SHA-256 of the certificate in lower-case hex. */
	fingerprint: string;
}

export interface Wish {
	/** DNS names and IP addresses. */
	names?: string[];
	/** Days from now. */
	from?: number;
	until?: number;
	/** Signed by itself rather than by the authority. */
	selfSigned?: boolean;
}

/** A certification authority of a test's own. */
export class Authority {
	/** Its certificate, PEM. */
	readonly ca: string;
	#keys: CryptoKeyPair;
	#certificate: x509.X509Certificate;

	private constructor(keys: CryptoKeyPair, certificate: x509.X509Certificate) {
		this.#keys = keys;
		this.#certificate = certificate;
		this.ca = `${certificate.toString("pem")}\n`;
	}

	static async create(): Promise<Authority> {
		const keys = await generate();
		const certificate = await x509.X509CertificateGenerator.createSelfSigned({
			serialNumber: serial(),
			name: "CN=Authority of a test",
			...validity(-1, 30),
			keys,
			signingAlgorithm: ALGORITHM,
			extensions: [
				new x509.BasicConstraintsExtension(true, undefined, true),
				new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
			],
		});
		return new Authority(keys, certificate);
	}

	/** A server's certificate, good for 127.0.0.1 and localhost from yesterday to tomorrow, unless told otherwise. */
	async issue(wish: Wish = {}): Promise<Issued> {
		const { names = ["localhost", "127.0.0.1"], from = -1, until = 1, selfSigned = false } = wish;
		const keys = await generate();
		const certificate = await x509.X509CertificateGenerator.create({
			serialNumber: serial(),
			subject: "CN=Server of a test",
			issuer: selfSigned ? "CN=Server of a test" : this.#certificate.subject,
			...validity(from, until),
			publicKey: keys.publicKey,
			signingKey: selfSigned ? keys.privateKey : this.#keys.privateKey,
			signingAlgorithm: ALGORITHM,
			extensions: [
				new x509.BasicConstraintsExtension(false),
				new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
				new x509.SubjectAlternativeNameExtension(
					names.map((value) => ({
						type: /^[\d.]+$|:/.test(value) ? ("ip" as const) : ("dns" as const),
						value,
					})),
				),
			],
		});
		const cert = `${certificate.toString("pem")}\n`;
		const key = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
		return {
			key: `${x509.PemConverter.encode(key, "PRIVATE KEY")}\n`,
			cert,
			fingerprint: createHash("sha256").update(new X509Certificate(cert).raw).digest("hex"),
		};
	}
}

type CryptoKeyPair = webcrypto.CryptoKeyPair;

function generate(): Promise<CryptoKeyPair> {
	return webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]) as Promise<CryptoKeyPair>;
}

function validity(from: number, until: number): { notBefore: Date; notAfter: Date } {
	const now = Date.now();
	return { notBefore: new Date(now + from * DAY), notAfter: new Date(now + until * DAY) };
}

function serial(): string {
	return `40${randomBytes(8).toString("hex")}`;
}
