import { JSON_DEPTH, JSON_VALUES } from "../limits";
import { ApiError } from "./error";
import { REQUEST_NAMES } from "./names";

export type JsonObject = Record<string, unknown>;

/** What a body says. A member of a name that no request has is there as UNKNOWN_NAME. */
export interface Parsed {
	object: JsonObject;
	/** The first unknown name in the object itself. */
	unknownCommand: string | undefined;
	/** The first unknown name in an object within it. */
	unknownField: string | undefined;
	/** The body's text, if it is a usual one that was not kept already. */
	text: string | undefined;
}

/** It is no name of a request itself. */
export const UNKNOWN_NAME = "?";

/** A body that was read, without its secret. */
interface Known {
	/** Up to the secret; all of it, if there is none. */
	readonly before: string;
	/** From the secret's end on; undefined if there is none. */
	readonly after: string | undefined;
	readonly length: number;
	readonly object: JsonObject;
}

/**
 * Reads bodies. It keeps the last usual one that it is told to keep, as most clients send the same command again and
 * again. The secret is cut out of it: comparing texts takes a time that tells how far they are the same.
 */
export class BodyReader {
	readonly #decoder = new TextDecoder("utf-8", { fatal: true });
	readonly #notHex = /[^0-9A-Fa-f]/;
	readonly #names: readonly string[];
	#known: Known | undefined;

	/** `names`: all that a member may have. */
	constructor(names: readonly string[] = REQUEST_NAMES) {
		this.#names = names;
	}

	/** Forgets the body that it keeps. */
	forget(): void {
		this.#known = undefined;
	}

	/**
	 * Reads a body that must be a JSON object in UTF-8 (RFC 8259), nested no deeper than JSON_DEPTH and with no more
	 * than JSON_VALUES values; else throws 400. Names but the known ones are put aside: XS keeps each name that an
	 * object has had until it is restarted, and anybody may send new ones. What it gives is not to be changed.
	 */
	read(body: Uint8Array): Parsed {
		try {
			const text = this.#decoder.decode(body);
			const object = this.recall(text);
			return object
				? { object, unknownCommand: undefined, unknownField: undefined, text: undefined }
				: this.parse(text, body);
		} catch (error) {
			throw error instanceof ApiError ? error : malformed();
		}
	}

	/** What the text says if it is the known one, whatever its secret is. */
	private recall(text: string): JsonObject | undefined {
		const known = this.#known;
		if (!known) return undefined;
		const { before, after, object } = known;
		if (after === undefined) return text === before ? object : undefined;
		if (!text.startsWith(before) || text.length !== known.length) return undefined;
		const end = before.length + SECRET_LENGTH;
		const secret = text.slice(before.length, end);
		return text.startsWith(after, end) && !this.#notHex.test(secret) ? { ...object, secret } : undefined;
	}

	private parse(text: string, body: Uint8Array): Parsed {
		const parsed: Parsed = {
			object: {},
			unknownCommand: undefined,
			unknownField: undefined,
			text: undefined,
		};
		const plain = isPlain(text, this.#names);
		let known = body;
		if (!plain) known = putAside(body, this.#names, this.#decoder, parsed);
		const value: unknown = JSON.parse(known === body ? text : this.#decoder.decode(known));
		if (!isObject(value)) throw new ApiError(400, "malformed-json", "the body is not a JSON object");
		parsed.object = value;
		if (plain) parsed.text = text;
		return parsed;
	}

	/** Keeps a body: one that holds no secret but its own, and that everybody could have read on its way. */
	keep({ text, object }: Parsed): void {
		if (text === undefined) return;
		const { secret } = object;
		const { length } = text;
		if (secret === undefined) this.#known = { before: text, after: undefined, length, object };
		if (typeof secret !== "string" || secret.length !== SECRET_LENGTH || this.#notHex.test(secret)) return;
		const parts = text.split(`"secret":"${secret}"`);
		if (parts.length !== 2) return;
		const before = `${parts[0]}"secret":"`;
		this.#known = { before, after: `"${parts[1]}`, length, object: { ...object, secret: "" } };
	}
}

/** Reads one body; see BodyReader. */
export function parseObject(body: Uint8Array, names?: readonly string[]): Parsed {
	return new BodyReader(names).read(body);
}

/** The body with all names but `names` replaced; says in `parsed` which these were. */
function putAside(
	body: Uint8Array,
	names: readonly string[],
	decoder: InstanceType<typeof TextDecoder>,
	parsed: Parsed,
): Uint8Array {
	let known = body;
	inspect(body, (start, end, depth) => {
		const name = decoder.decode(body.subarray(start, end));
		if (names.includes(name)) return;
		if (depth === 1) parsed.unknownCommand ??= name;
		else parsed.unknownField ??= name;
		if (known === body) known = body.slice();
		replaceName(known, start, end);
	});
	return known;
}

export function isObject(value: unknown): value is JsonObject {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Whether a text is the usual one, which needs no look at each byte: short, with few brackets, commas and colons,
 * without escapes, and with a known name before each colon, even if that is within a string.
 */
function isPlain(text: string, names: readonly string[]): boolean {
	if (text.length > PLAIN_LENGTH) return false;
	const pieces = text.split('":', PLAIN + 2);
	const colons = pieces.length - 1;
	if (
		colons > PLAIN ||
		text.split(":", PLAIN + 2).length !== colons + 1 ||
		text.includes("\\") ||
		text.split(",", PLAIN + 2).length > PLAIN + 1 ||
		text.split("{", JSON_DEPTH + 2).length + text.split("[", JSON_DEPTH + 2).length > JSON_DEPTH + 2
	)
		return false;
	for (let i = 0; i < colons; i++) {
		const piece = pieces[i]!;
		if (!names.includes(piece.slice(piece.lastIndexOf('"') + 1))) return false;
	}
	return true;
}

/**
 * Looks at a text before JSON.parse does: that aborts XS on one nested 100,000 deep, and takes up to 25 bytes for
 * each byte of many small values. Tells where the text of each name starts and ends.
 */
function inspect(body: Uint8Array, onName: (start: number, end: number, depth: number) => void): void {
	let depth = 0;
	let values = 0;
	for (let i = 0; i < body.length; i++) {
		const byte = body[i];
		if (byte === QUOTE) {
			const end = endOfString(body, i);
			const next = afterSpace(body, end + 1);
			const follower = body[next];
			if (follower === COLON) onName(i + 1, end, depth);
			// Whatever XS may take for space: a name is never taken for a value.
			else if (follower !== COMMA && follower !== CLOSE_BRACE && follower !== CLOSE_BRACKET)
				throw malformed();
			i = next - 1;
		} else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
			if (++depth > JSON_DEPTH)
				throw new ApiError(400, "too-deep", `the JSON is nested deeper than ${JSON_DEPTH}`);
			values++;
		} else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--;
		else if (byte === COMMA && ++values > JSON_VALUES)
			throw new ApiError(400, "too-many-values", `the JSON has more than ${JSON_VALUES} values`);
	}
}

/** Puts UNKNOWN_NAME where a name is, and spaces behind its quote for the rest. An empty one needs no other. */
function replaceName(body: Uint8Array, start: number, end: number): void {
	if (start === end) return;
	body[start] = QUESTION_MARK;
	body[start + 1] = QUOTE;
	body.fill(SPACE, start + 2, end + 1);
}

/** Where the closing quote is of a string that begins at `start`. */
function endOfString(body: Uint8Array, start: number): number {
	for (let end = start; ; ) {
		end = body.indexOf(QUOTE, end + 1);
		if (end < 0) throw malformed();
		let backslashes = end;
		while (body[backslashes - 1] === BACKSLASH) backslashes--;
		if ((end - backslashes) % 2 === 0) return end;
	}
}

function afterSpace(body: Uint8Array, start: number): number {
	let at = start;
	while (body[at] === SPACE || body[at] === 0x09 || body[at] === 0x0a || body[at] === 0x0d) at++;
	return at;
}

function malformed(): ApiError {
	return new ApiError(400, "malformed-json", "the body is not JSON");
}

/** Of an MD5 in hex. */
const SECRET_LENGTH = 32;

/** Most characters, and most commas and most colons, of a text that is looked at as a whole. */
const PLAIN_LENGTH = 512;
const PLAIN = 16;

const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const QUESTION_MARK = 0x3f;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
