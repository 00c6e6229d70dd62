import { KEY_DIGITS, KEY_NAME } from "../limits";

/** What a key may do: read (getData), light (setColor), manage (getSettings, setHttps, setInflux, …). */
export type Scope = "r" | "l" | "m";

/** What the id of a key says: `<name>.<scope>.<until>.<generation>`. */
export interface Key {
	readonly id: string;
	readonly name: string;
	/** One or more of the letters of Scope. */
	readonly scope: string;
	/** Seconds since 1970 from which on it is not taken any more; 0: it has no end. */
	readonly until: number;
	/** Of which generation of keys it is. */
	readonly generation: number;
}

/** Each set of letters in one order only. */
const SCOPES: readonly string[] = ["r", "l", "m", "rl", "rm", "lm", "rlm"];

/**
 * Reads the id of a key. Undefined unless it is spelled in the one way that there is for its meaning: whoever has a
 * secret for an id is not to find another id that it fits.
 */
export function parseKey(id: string): Key | undefined {
	const parts = id.split(".", 5);
	if (parts.length !== 4) return undefined;
	const [name, scope, until, generation] = parts as [string, string, string, string];
	const valid =
		isKeyName(name) &&
		SCOPES.includes(scope) &&
		isNumber(until) &&
		isNumber(generation) &&
		generation !== "0";
	return valid ? { id, name, scope, until: Number(until), generation: Number(generation) } : undefined;
}

/** 1 to KEY_NAME lower-case letters, digits and dashes. */
export function isKeyName(name: string): boolean {
	return name.length > 0 && name.length <= KEY_NAME && !/[^a-z0-9-]/.test(name);
}

/** The text whose HMAC-SHA256, keyed with the UUID in lower case, is the secret of a key. */
export function keyText(id: string): string {
	return `Ambient16 key\n${id}`;
}

/** A whole number, written as the one text that it has. */
function isNumber(text: string): boolean {
	const number = Number(text);
	return text.length <= KEY_DIGITS && Number.isInteger(number) && number >= 0 && String(number) === text;
}
