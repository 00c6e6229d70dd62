import { CHUNK_LINE, HEADER_BLOCK } from "../limits";

const CR = 13;
const LF = 10;
const SEMICOLON = 0x3b;
const COLON = 0x3a;
const EQUALS = 0x3d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** What is expected next. A name or a value that has begun is one of a byte at the least. */
type Part =
	| "size"
	| "extension"
	| "extension-name"
	| "extension-value"
	| "extension-token"
	| "extension-quoted"
	| "extension-escaped"
	| "extension-end"
	| "size-end"
	| "data"
	| "data-end"
	| "trailer"
	| "trailer-name"
	| "trailer-value"
	| "trailer-end"
	| "done";

/** What is wrong with a chunked body. */
export type ChunkFault = "malformed" | "too-large" | "trailers-too-large";

/**
 * Takes the chunks of a body off it as they come (RFC 9112, 7.1). Extensions and trailers are checked, and left out;
 * white space is taken behind the semicolon alone.
 */
export class ChunkReader {
	readonly #most: number;
	readonly #onData: (bytes: Uint8Array) => void;
	#part: Part = "size";
	/** Of the chunk: what is still to come. */
	#size = 0;
	/** Of the body so far. */
	#length = 0;
	/** Bytes so far: of the size line, of the line end after the data, or of all trailers. */
	#line = 0;
	/** The trailer that ends is the empty line. */
	#empty = false;

	/** `most`: bytes that the body may have. */
	constructor(most: number, onData: (bytes: Uint8Array) => void) {
		this.#most = most;
		this.#onData = onData;
	}

	get done(): boolean {
		return this.#part === "done";
	}

	/** Takes `bytes` as far as the body goes and returns how many these were, or what is wrong with them. */
	push(bytes: Uint8Array): number | ChunkFault {
		let at = 0;
		while (at < bytes.length && this.#part !== "done") {
			if (this.#part === "data") {
				const data = bytes.subarray(at, at + this.#size);
				at += data.length;
				this.#size -= data.length;
				if (this.#size === 0) this.go("data-end");
				this.#onData(data);
				continue;
			}
			const fault = this.next(bytes[at]!);
			if (fault) return fault;
			at++;
		}
		return at;
	}

	/** Takes one byte outside of the data. */
	private next(byte: number): ChunkFault | undefined {
		this.#line++;
		switch (this.#part) {
			case "size": {
				const digit = hexDigit(byte);
				if (digit >= 0) {
					this.#size = this.#size * 16 + digit;
					if (this.#length + this.#size > this.#most) return "too-large";
				} else if (this.#line === 1 || !this.endSize(byte)) return "malformed";
				break;
			}
			case "extension":
				if (isToken(byte)) this.#part = "extension-name";
				else if (!isBlank(byte)) return "malformed";
				break;
			case "extension-name":
				if (byte === EQUALS) this.#part = "extension-value";
				else if (!isToken(byte) && !this.endSize(byte)) return "malformed";
				break;
			case "extension-value":
				if (byte === QUOTE) this.#part = "extension-quoted";
				else if (isToken(byte)) this.#part = "extension-token";
				else return "malformed";
				break;
			case "extension-token":
				if (!isToken(byte) && !this.endSize(byte)) return "malformed";
				break;
			case "extension-quoted":
				if (byte === QUOTE) this.#part = "extension-end";
				else if (byte === BACKSLASH) this.#part = "extension-escaped";
				else if (isControl(byte)) return "malformed";
				break;
			case "extension-escaped":
				if (isControl(byte)) return "malformed";
				this.#part = "extension-quoted";
				break;
			case "extension-end":
				if (!this.endSize(byte)) return "malformed";
				break;
			case "size-end":
				if (byte !== LF) return "malformed";
				this.#length += this.#size;
				this.go(this.#size > 0 ? "data" : "trailer");
				return;
			case "data-end":
				if (byte !== (this.#line === 1 ? CR : LF)) return "malformed";
				if (this.#line === 2) this.go("size");
				return;
			default:
				return this.nextOfTrailer(byte);
		}
		return this.#line > CHUNK_LINE && byte !== CR ? "malformed" : undefined;
	}

	/** A field line (RFC 9112, 5), or the empty one that ends the body. */
	private nextOfTrailer(byte: number): ChunkFault | undefined {
		switch (this.#part) {
			case "trailer":
				if (byte === CR) this.#part = "trailer-end";
				else if (isToken(byte)) this.#part = "trailer-name";
				else return "malformed";
				this.#empty = byte === CR;
				break;
			case "trailer-name":
				if (byte === COLON) this.#part = "trailer-value";
				else if (!isToken(byte)) return "malformed";
				break;
			case "trailer-value":
				if (byte === CR) this.#part = "trailer-end";
				else if (isControl(byte)) return "malformed";
				break;
			default:
				if (byte !== LF) return "malformed";
				this.#part = this.#empty ? "done" : "trailer";
				return;
		}
		return this.#line > HEADER_BLOCK && byte !== CR ? "trailers-too-large" : undefined;
	}

	/** Whether a size or extension may end with this byte. */
	private endSize(byte: number): boolean {
		if (byte === CR) this.#part = "size-end";
		else if (byte === SEMICOLON) this.#part = "extension";
		else return false;
		return true;
	}

	private go(part: Part): void {
		this.#part = part;
		this.#line = 0;
	}
}

function hexDigit(byte: number): number {
	if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
	const letter = byte | 0x20;
	return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/** RFC 9110, 5.6.2. */
export function isToken(byte: number): boolean {
	const letter = byte | 0x20;
	return (
		(letter >= 0x61 && letter <= 0x7a) ||
		(byte >= 0x30 && byte <= 0x39) ||
		"!#$%&'*+-.^_`|~".includes(String.fromCharCode(byte))
	);
}

function isBlank(byte: number): boolean {
	return byte === 32 || byte === 9;
}

function isControl(byte: number): boolean {
	return (byte < 32 && byte !== 9) || byte === 127;
}
