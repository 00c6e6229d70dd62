import { JSON_DEPTH, JSON_VALUES } from "./limits";

export type JsonObject = Record<string, unknown>;

/** Why a text is not taken for an object. */
export class JsonError extends Error {
	readonly code: "malformed-json" | "too-deep" | "too-many-values";

	constructor(code: JsonError["code"], message: string) {
		super(message);
		this.code = code;
	}
}

/** What a text says. */
export interface Parsed extends Readonly<Found> {
	readonly object: JsonObject;
}

interface Found {
	/** The first unknown name in the object itself. */
	unknownName: string | undefined;
	/** The first unknown name in an object within it. */
	unknownInner: string | undefined;
}

/**
 * Reads a JSON object in UTF-8 (RFC 8259), nested no deeper than JSON_DEPTH and with no more than JSON_VALUES values;
 * throws a JsonError for anything else. `names`: all that a member may have, in whichever object. XS keeps each name
 * that an object has had until it is restarted, and anybody may send new ones: there, members of other names are left
 * out of the object. Elsewhere they are in it.
 */
export function parseObject(bytes: Uint8Array, names: readonly string[]): Parsed {
	const decoder = new TextDecoder("utf-8", { fatal: true });
	const found: Found = { unknownName: undefined, unknownInner: undefined };
	let object: unknown;
	try {
		const text = decoder.decode(bytes);
		inspect(bytes, names, decoder, found);
		const allKnown = found.unknownName === undefined && found.unknownInner === undefined;
		// With a list of names XS makes no others of the text; a list takes memory, and is not a function elsewhere.
		object = allKnown ? JSON.parse(text) : JSON.parse(text, names as never);
	} catch (error) {
		throw error instanceof JsonError ? error : malformed();
	}
	if (!isObject(object)) throw new JsonError("malformed-json", "the body is not a JSON object");
	return { object, unknownName: found.unknownName, unknownInner: found.unknownInner };
}

export function isObject(value: unknown): value is JsonObject {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Looks at a text before JSON.parse does: that aborts XS on one nested 100,000 deep, and takes up to 25 bytes for
 * each byte of many small values. Says in `found` which names are none of `names`.
 */
function inspect(
	bytes: Uint8Array,
	names: readonly string[],
	decoder: InstanceType<typeof TextDecoder>,
	found: Found,
): void {
	let depth = 0;
	let values = 0;
	const length = bytes.length;
	for (let i = 0; i < length; i++) {
		const byte = bytes[i]!;
		if (byte === QUOTE) {
			let end = bytes.indexOf(QUOTE, i + 1);
			if (bytes[end - 1] === BACKSLASH) end = endOfString(bytes, i);
			if (end < 0) throw malformed();
			let next = end + 1;
			if (bytes[next]! <= SPACE) next = afterSpace(bytes, next);
			const follower = bytes[next];
			if (follower === COLON) {
				const name = decoder.decode(bytes.subarray(i + 1, end));
				if (!names.includes(name)) {
					if (depth === 1) found.unknownName ??= name;
					else found.unknownInner ??= name;
				}
				i = next;
			}
			// Whatever XS may take for space: a name is never taken for a value.
			else if (follower === COMMA || follower === CLOSE_BRACE || follower === CLOSE_BRACKET) i = next - 1;
			else throw malformed();
		} else if (byte === COMMA) {
			if (++values > JSON_VALUES)
				throw new JsonError("too-many-values", `the JSON has more than ${JSON_VALUES} values`);
		} else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
			if (++depth > JSON_DEPTH)
				throw new JsonError("too-deep", `the JSON is nested deeper than ${JSON_DEPTH}`);
			values++;
		} else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--;
	}
}

/** Where the closing quote is of a string that begins at `start`. */
function endOfString(bytes: Uint8Array, start: number): number {
	for (let end = start; ; ) {
		end = bytes.indexOf(QUOTE, end + 1);
		if (end < 0) throw malformed();
		let backslashes = end;
		while (bytes[backslashes - 1] === BACKSLASH) backslashes--;
		if ((end - backslashes) % 2 === 0) return end;
	}
}

function afterSpace(bytes: Uint8Array, start: number): number {
	let at = start;
	while (bytes[at] === SPACE || bytes[at] === 0x09 || bytes[at] === 0x0a || bytes[at] === 0x0d) at++;
	return at;
}

function malformed(): JsonError {
	return new JsonError("malformed-json", "the body is not JSON");
}

const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
