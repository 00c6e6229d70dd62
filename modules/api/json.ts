import { JSON_DEPTH } from "../limits";
import { ApiError } from "./error";

export type JsonObject = Record<string, unknown>;

/** Reads a body that must be a JSON object in UTF-8 (RFC 8259), nested no deeper than JSON_DEPTH; else throws 400. */
export function parseObject(body: Uint8Array): JsonObject {
	let value: unknown;
	try {
		const text = new TextDecoder("utf-8", { fatal: true }).decode(body);
		if (!isShallow(text)) throw new ApiError(400, "too-deep", `the JSON is nested deeper than ${JSON_DEPTH}`);
		value = JSON.parse(text);
	} catch (error) {
		if (error instanceof ApiError) throw error;
		throw new ApiError(400, "malformed-json", "the body is not JSON");
	}
	if (!isObject(value)) throw new ApiError(400, "malformed-json", "the body is not a JSON object");
	return value;
}

export function isObject(value: unknown): value is JsonObject {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Looks before JSON.parse does, since that aborts XS on a text that is nested 100,000 deep. */
function isShallow(text: string): boolean {
	// Too few brackets to be deep: the usual case, without a look at each character.
	if (text.split("{").length + text.split("[").length - 2 <= JSON_DEPTH) return true;
	let depth = 0;
	let inString = false;
	for (let i = 0; i < text.length; i++) {
		const character = text.charCodeAt(i);
		if (inString) {
			if (character === 0x5c) i++;
			else if (character === 0x22) inString = false;
		} else if (character === 0x22) inString = true;
		else if (character === 0x7b || character === 0x5b) {
			if (++depth > JSON_DEPTH) return false;
		} else if (character === 0x7d || character === 0x5d) depth--;
	}
	return true;
}
