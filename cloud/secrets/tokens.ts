import { createHash } from "node:crypto";

/** A token of 256 bits in base64url. It is shown once; the database has its digest. */
export function createToken(random: (bytes: number) => Buffer): string {
	return random(32).toString("base64url");
}

/** The name of an object: 128 bits in base64url, so that none can be guessed from another. */
export function createId(random: (bytes: number) => Buffer): string {
	return random(16).toString("base64url");
}

/** What is kept of a token: its SHA-256 in hex. A token has 256 bits of chance, and needs no slow hash. */
export function digest(token: string): string {
	return createHash("sha256").update(token).digest("hex");
}
