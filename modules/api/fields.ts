import { isObject, type JsonObject } from "../json";
import { NAME_SHOWN } from "../limits";
import { ApiError } from "./error";

type Range = readonly [least: number, usual: number, most: number];

const BEGIN = "-----BEGIN CERTIFICATE-----";
const END = "-----END CERTIFICATE-----";

/** The fields of one command, read one by one; whatever does not fit is refused with the field's name. */
export class Fields {
	readonly #values: JsonObject;
	readonly #command: string;

	/** Throws 400 unless `value` is an object with no field but `known`. */
	constructor(command: string, value: unknown, known: readonly string[]) {
		this.#command = command;
		if (!isObject(value)) throw new ApiError(400, "invalid-field", `${command} must be an object`);
		const names = Object.keys(value);
		for (let i = 0; i < names.length; i++)
			if (!known.includes(names[i]!))
				throw new ApiError(400, "unknown-field", `${command} has no field ${shown(names[i]!)}`);
		this.#values = value;
	}

	has(name: string): boolean {
		return Object.hasOwn(this.#values, name);
	}

	/** As it came, undefined if it did not. */
	any(name: string): unknown {
		return Object.hasOwn(this.#values, name) ? this.#values[name] : undefined;
	}

	/** A number in the range, or the range's usual one if it is absent. */
	number(name: string, range: Range): number {
		const value = this.#values[name];
		if (value === undefined) return range[1];
		if (typeof value === "number" && value >= range[0] && value <= range[2]) return value;
		throw this.invalid(name, `a number from ${range[0]} to ${range[2]}`);
	}

	/** The same, or null. */
	numberOrNull(name: string, range: Range): number | null {
		if (this.#values[name] === null) return null;
		try {
			return this.number(name, range);
		} catch {
			throw this.invalid(name, `a number from ${range[0]} to ${range[2]}, or null`);
		}
	}

	/** true or false; it must be there. */
	boolean(name: string): boolean {
		const value = this.any(name);
		if (typeof value !== "boolean") throw this.invalid(name, "true or false");
		return value;
	}

	/** One of `choices`, the first of them if it is absent. */
	choice<T extends string>(name: string, choices: readonly T[]): T {
		const value = this.#values[name];
		if (value === undefined) return choices[0]!;
		if (choices.includes(value as T)) return value as T;
		throw this.invalid(name, choices.map((choice) => `"${choice}"`).join(" or "));
	}

	/** A text of `least` to `most` bytes in UTF-8, without control characters; it must be there. */
	text(name: string, least: number, most: number): string {
		const value = this.any(name);
		if (typeof value === "string" && value.length <= most) {
			const size = new TextEncoder().encode(value).length;
			// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
			if (size >= least && size <= most && !/[\u0000-\u001f\u007f]/.test(value)) return value;
		}
		throw this.invalid(name, `a text of ${least} to ${most} bytes`);
	}

	/** Certificates in PEM (RFC 7468), `most` bytes at the longest; they must be there. */
	pem(name: string, most: number): string {
		const value = this.any(name);
		if (typeof value === "string" && value.length <= most && isPem(value)) return value;
		throw this.invalid(name, `certificates in PEM, ${most} bytes at most`);
	}

	invalid(name: string, wanted: string): ApiError {
		return new ApiError(400, "invalid-field", `${this.#command}.${name} must be ${wanted}`);
	}
}

/** A name from outside as an error may repeat it: short and plain, so that no secret put in its place comes back. */
export function shown(name: string): string {
	return name !== "" && name.length <= NAME_SHOWN && !/\W/.test(name) ? `"${name}"` : "of that name";
}

/**
 * The order of a command without fields, in whatever way a client's language writes one: `{}`, `[]` (PHP), `null`, `true`.
 * Throws 400 for anything else.
 */
export function noFields(command: string, value: unknown): void {
	if (value === null || value === true || (Array.isArray(value) && value.length === 0)) return;
	new Fields(command, value, []);
}

/**
 * Nothing but certificates. Without a pattern with a quantifier: XS takes 32 bytes for each character it steps over; and
 * with one copy of each alone.
 */
function isPem(text: string): boolean {
	let at = 0;
	do {
		const begin = text.indexOf(BEGIN, at);
		const end = text.indexOf(END, begin);
		if (begin < 0 || end < 0 || !isBlank(text.slice(at, begin))) return false;
		const base64 = text.slice(begin + BEGIN.length, end);
		if (isBlank(base64) || /[^A-Za-z0-9+/=\s]/.test(base64)) return false;
		at = end + END.length;
	} while (!isBlank(text.slice(at)));
	return true;
}

function isBlank(text: string): boolean {
	return !/\S/.test(text);
}
