import { JSON_DEPTH, JSON_VALUES } from "../limits";
import { ApiError } from "./error";
import { REQUEST_NAMES } from "./names";
import { shown } from "./shown";

export type JsonObject = Record<string, unknown>;

/**
 * Reads a body that must be a JSON object in UTF-8 (RFC 8259), nested no deeper than JSON_DEPTH, with no more than
 * JSON_VALUES values and no member but of the `names`; else throws 400.
 */
export function parseObject(body: Uint8Array, names: readonly string[] = REQUEST_NAMES): JsonObject {
	let value: unknown;
	try {
		const decoder = new TextDecoder("utf-8", { fatal: true });
		const text = decoder.decode(body);
		inspect(body, (name, depth) => checkName(decoder.decode(name), depth, names));
		value = JSON.parse(text);
	} catch (error) {
		if (error instanceof ApiError) throw error;
		throw malformed();
	}
	if (!isObject(value)) throw new ApiError(400, "malformed-json", "the body is not a JSON object");
	return value;
}

export function isObject(value: unknown): value is JsonObject {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Looks at a text before JSON.parse does: that aborts XS on one nested 100,000 deep, takes up to 25 bytes for each
 * byte of many small values, and makes of each name something that no collection of garbage frees.
 */
function inspect(body: Uint8Array, onName: (name: Uint8Array, depth: number) => void): void {
	let depth = 0;
	let values = 0;
	for (let i = 0; i < body.length; i++) {
		const byte = body[i];
		if (byte === QUOTE) {
			const end = endOfString(body, i);
			const next = afterSpace(body, end + 1);
			const follower = body[next];
			if (follower === COLON) onName(body.subarray(i + 1, end), depth);
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

function checkName(name: string, depth: number, names: readonly string[]): void {
	if (names.includes(name)) return;
	if (depth === 1) throw new ApiError(400, "unknown-command", `there is no command ${shown(name)}`);
	throw new ApiError(400, "unknown-field", `there is no field ${shown(name)}`);
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
	while (body[at] === 0x20 || body[at] === 0x09 || body[at] === 0x0a || body[at] === 0x0d) at++;
	return at;
}

function malformed(): ApiError {
	return new ApiError(400, "malformed-json", "the body is not JSON");
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
