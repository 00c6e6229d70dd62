import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

const CIPHER = "aes-256-gcm";
const KEY = 32;
/** Bytes, as NIST SP 800-38D recommends. */
const NONCE = 12;
const TAG = 16;

/** Encrypts what lies in the database, with a key that does not. */
export interface Seal {
	/** The text encrypted, in base64url. `context` says what and whose it is: elsewhere it does not open. */
	seal(text: string, context: string): string;
	/** The text again. Throws an Error without any of it if it was changed, moved or sealed with another key. */
	open(sealed: string, context: string): string;
	/** Another key of 32 bytes, the same for the same purpose. */
	derive(purpose: string): Buffer;
}

/** The seal whose key is in this file, which is made, for its owner only, if there is none. */
export function openSeal(file: string): Seal {
	return createSeal(readKey(file));
}

function readKey(file: string): Buffer {
	mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
	try {
		writeFileSync(file, `${randomBytes(KEY).toString("hex")}\n`, { flag: "wx", mode: 0o600 });
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
	}
	const text = readFileSync(file, "utf8").trim();
	if (!/^[0-9a-f]{64}$/.test(text)) throw new Error(`${file} is no key: it should hold 64 hex digits`);
	return Buffer.from(text, "hex");
}

/** A seal with a key of 32 bytes. */
export function createSeal(secret: Buffer): Seal {
	const derive = (purpose: string) => Buffer.from(hkdfSync("sha256", secret, "", purpose, KEY));
	const key = derive("seal");
	return {
		derive,
		seal(text, context) {
			const nonce = randomBytes(NONCE);
			const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(context));
			return Buffer.concat([
				nonce,
				cipher.update(text, "utf8"),
				cipher.final(),
				cipher.getAuthTag(),
			]).toString("base64url");
		},
		open(sealed, context) {
			const bytes = Buffer.from(sealed, "base64url");
			if (bytes.length < NONCE + TAG) throw new Error("what is sealed is too short");
			const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE), { authTagLength: TAG })
				.setAAD(Buffer.from(context))
				.setAuthTag(bytes.subarray(-TAG));
			return decipher.update(bytes.subarray(NONCE, -TAG), undefined, "utf8") + decipher.final("utf8");
		},
	};
}
