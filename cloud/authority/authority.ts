import { createPrivateKey, createPublicKey, randomBytes, webcrypto, X509Certificate } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
// The library's decorators want it there first.
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { AUTHORITY, CERTIFICATE, RENEWAL } from "../limits";

const DAY = 86_400_000;
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** The server's own certification authority, and the certificate that it has from it. All texts are PEM. */
export interface Authority {
	/** Its certificate: what phones, browsers and sensors are told to trust. */
	readonly ca: string;
	/** SHA-256 of that in hex, in pairs with colons, as phones show it. */
	readonly fingerprint: string;
	/** What the server shows; made anew by `renew`. */
	readonly server: { key: string; cert: string };
	/** Makes the server's certificate anew if it is about to end or has not all names, and tells whether it did. */
	renew(now: number): Promise<boolean>;
}

interface Pair {
	key: string;
	cert: string;
}

/** The authority in this folder, which is made, with a certificate for these names and addresses, if there is none. */
export async function openAuthority(folder: string, names: string[], now: number): Promise<Authority> {
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	const authority = await readOrMake(join(folder, "authority.pem"), () => makeAuthority(now));
	const file = join(folder, "server.pem");
	const make = () => issue(authority, names, now);
	let server = await readOrMake(file, make);
	const renew = async (now: number) => {
		if (isGood(server, authority, names, now)) return false;
		server = await issue(authority, names, now);
		write(file, server);
		return true;
	};
	await renew(now);
	return {
		ca: authority.cert,
		fingerprint: new X509Certificate(authority.cert).fingerprint256,
		get server() {
			return server;
		},
		renew,
	};
}

function isGood({ cert }: Pair, authority: Pair, names: string[], now: number): boolean {
	const certificate = new X509Certificate(cert);
	const knows = (name: string) =>
		isIP(name) ? certificate.checkIP(name) !== undefined : certificate.checkHost(name) !== undefined;
	return (
		certificate.verify(createPublicKey(authority.cert)) &&
		Date.parse(certificate.validTo) - now > RENEWAL &&
		names.every(knows)
	);
}

async function readOrMake(file: string, make: () => Promise<Pair>): Promise<Pair> {
	try {
		const text = readFileSync(file, "utf8");
		const end = text.indexOf("-----BEGIN CERTIFICATE");
		const pair = { key: text.slice(0, end), cert: text.slice(end) };
		if (!new X509Certificate(pair.cert).checkPrivateKey(createPrivateKey(pair.key)))
			throw new Error(`${file} has a key that is not its certificate's`);
		return pair;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
	}
	const pair = await make();
	write(file, pair);
	return pair;
}

/** All or nothing, for its owner's eyes. */
function write(file: string, { key, cert }: Pair): void {
	writeFileSync(`${file}.new`, key + cert, { mode: 0o600 });
	renameSync(`${file}.new`, file);
}

async function makeAuthority(now: number): Promise<Pair> {
	const keys = await generate();
	const certificate = await x509.X509CertificateGenerator.createSelfSigned({
		serialNumber: serialNumber(),
		// Two servers in one home have each its own.
		name: `CN=Ambient16 ${randomBytes(3).toString("hex")}`,
		...validity(now, AUTHORITY),
		keys,
		signingAlgorithm: ALGORITHM,
		extensions: [
			// It signs servers, and no other authorities.
			new x509.BasicConstraintsExtension(true, 0, true),
			new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
			await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
		],
	});
	return pair(keys, certificate);
}

async function issue(authority: Pair, names: string[], now: number): Promise<Pair> {
	const keys = await generate();
	const issuer = new x509.X509Certificate(authority.cert);
	const pkcs8 = createPrivateKey(authority.key).export({ type: "pkcs8", format: "der" });
	const certificate = await x509.X509CertificateGenerator.create({
		serialNumber: serialNumber(),
		subject: "CN=Ambient16 cloud",
		issuer: issuer.subject,
		...validity(now, CERTIFICATE),
		publicKey: keys.publicKey,
		signingKey: await webcrypto.subtle.importKey("pkcs8", pkcs8, ALGORITHM, false, ["sign"]),
		signingAlgorithm: ALGORITHM,
		extensions: [
			new x509.BasicConstraintsExtension(false, undefined, true),
			new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
			new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
			new x509.SubjectAlternativeNameExtension(
				names.map((value) => ({ type: isIP(value) ? ("ip" as const) : ("dns" as const), value })),
			),
			await x509.AuthorityKeyIdentifierExtension.create(issuer),
		],
	});
	return pair(keys, certificate);
}

type CryptoKeyPair = webcrypto.CryptoKeyPair;

function generate(): Promise<CryptoKeyPair> {
	return webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]) as Promise<CryptoKeyPair>;
}

async function pair({ privateKey }: CryptoKeyPair, certificate: x509.X509Certificate): Promise<Pair> {
	const key = await webcrypto.subtle.exportKey("pkcs8", privateKey);
	return {
		key: `${x509.PemConverter.encode(key, "PRIVATE KEY")}\n`,
		cert: `${certificate.toString("pem")}\n`,
	};
}

/** From the day before on: a client's clock may be behind. */
function validity(now: number, ms: number): { notBefore: Date; notAfter: Date } {
	const begin = Math.floor(now / 1000) * 1000 - DAY;
	return { notBefore: new Date(begin), notAfter: new Date(begin + ms - 1000) };
}

/** RFC 5280, 4.1.2.2: positive, at most 20 octets; CA/Browser Forum: 64 bits of chance. In hex. */
function serialNumber(): string {
	const bytes = randomBytes(16);
	bytes[0] = (bytes[0]! & 0x3f) | 0x40;
	return bytes.toString("hex");
}
