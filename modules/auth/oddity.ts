import { sameText } from "../bytes";
import type { SharedSecret } from "../identity/shared-secret";

/**
 * What is odd about the form of a wrong MD5 secret, for whoever writes a client; undefined if nothing is. It says
 * nothing but what its sender can see as well, and repeats nothing of it.
 */
export function oddForm(secret: unknown): string | undefined {
	if (secret === undefined) return "there is no secret, and no Authorization field";
	if (typeof secret !== "string") return "the secret must be a text";
	const { length } = secret;
	const text = secret.trim();
	if (text === "") return "the secret is empty";
	const digits = isHex(text);
	if (text.length !== length && digits) return "the secret has white space around it";
	if (!digits) {
		if (length > DIGITS && isHex(text.slice(0, DIGITS)) && text.slice(DIGITS).trim()[0] === "-")
			return "the secret is the whole line of md5sum: leave out what follows its 32 digits";
		if (text.startsWith("0x") || text.startsWith("0X"))
			return "the secret begins with 0x: send the digits alone";
		if (text.includes("=")) return "the secret must be 32 hex digits, neither base64 nor a tool's whole line";
		if (length === 36 && text.split("-").length === 5)
			return "the secret looks like a UUID, which is never sent: send the MD5 of token and UUID";
		return "the secret must be 32 hex digits and nothing else";
	}
	if (length < DIGITS) return `the secret has ${length} digits and not 32: leading zeros are digits, too`;
	if (length > DIGITS) return `the secret has ${length} digits: an MD5 has 32`;
	return undefined;
}

/**
 * What was hashed in place of token and UUID or key, for a secret of the right form, if it is one of the usual slips; undefined if it is not. To be told, one
 * has to have the UUID, or a secret that somebody with the UUID has sent: it is no easier to meet than the right secret,
 * and is worth nothing.
 */
export function slipOf(secret: string, token: string, secrets: readonly SharedSecret[]): string | undefined {
	const given = secret.toLowerCase();
	for (let i = 0; i < secrets.length; i++) {
		const shared = secrets[i]!;
		if (sameText(shared.md5("", token), given)) return "the token comes first, what is secret behind it";
		if (sameText(shared.md5(token.toUpperCase()), given)) return "the token is in lower case";
		if (sameText(shared.md5(token, "\n"), given) || sameText(shared.md5(`${token}\n`), given))
			return "a line feed was hashed, too: use printf %s in place of echo";
		if (sameText(shared.md5(`"${token}"`), given)) return "the token's quotes were hashed, too: use jq -r";
	}
	return undefined;
}

function isHex(text: string): boolean {
	return !/[^0-9A-Fa-f]/.test(text);
}

/** Of an MD5. */
const DIGITS = 32;
