import { BODY, CHUNK_LINE, HEADER_BLOCK } from "../limits";
import type { Body } from "./body";
import { bodyTooLarge, type Refusal, refuse } from "./errors";

const CR = 13;
const LF = 10;
const SEMICOLON = 0x3b;

/** What is expected next. */
type Part = "size" | "extension" | "size-end" | "data" | "data-end" | "trailer" | "trailer-end" | "done";

/** Takes the chunks of a body as they come (RFC 9112, 7.1). Extensions and trailers are ignored. */
export class ChunkedBody implements Body {
	#part: Part = "size";
	/** Of the chunk: what is still to come. */
	#size = 0;
	/** Bytes so far: of the size line, of the line end after the data, or of all trailers. */
	#line = 0;
	/** Bytes so far of the current trailer. */
	#trailer = 0;
	#bytes = new Uint8Array(256);
	#length = 0;

	get done(): boolean {
		return this.#part === "done";
	}

	get bytes(): Uint8Array {
		return this.#bytes.subarray(0, this.#length);
	}

	push(bytes: Uint8Array): number | Refusal {
		let at = 0;
		while (at < bytes.length && this.#part !== "done") {
			if (this.#part === "data") {
				at += this.take(bytes.subarray(at, at + this.#size));
				continue;
			}
			const refusal = this.next(bytes[at]!);
			if (refusal) return refusal;
			at++;
		}
		return at;
	}

	private take(data: Uint8Array): number {
		const end = this.#length + data.length;
		if (end > this.#bytes.length) {
			const grown = new Uint8Array(Math.min(Math.max(end, 2 * this.#bytes.length), BODY));
			grown.set(this.#bytes);
			this.#bytes = grown;
		}
		this.#bytes.set(data, this.#length);
		this.#length = end;
		this.#size -= data.length;
		if (this.#size === 0) {
			this.#part = "data-end";
			this.#line = 0;
		}
		return data.length;
	}

	/** Takes one byte outside of the data. */
	private next(byte: number): Refusal | undefined {
		const first = this.#line++ === 0;
		switch (this.#part) {
			case "size": {
				const digit = hexDigit(byte);
				if (digit >= 0) {
					this.#size = this.#size * 16 + digit;
					if (this.#length + this.#size > BODY) return bodyTooLarge();
				} else if (first) return malformed();
				else if (byte === CR) this.#part = "size-end";
				else if (byte === SEMICOLON) this.#part = "extension";
				else return malformed();
				break;
			}
			case "extension":
				if (byte === CR) this.#part = "size-end";
				else if (isControl(byte)) return malformed();
				break;
			case "size-end":
				if (byte !== LF) return malformed();
				this.#part = this.#size > 0 ? "data" : "trailer";
				this.#line = 0;
				return;
			case "data-end":
				if (byte !== (first ? CR : LF)) return malformed();
				if (!first) {
					this.#part = "size";
					this.#line = 0;
				}
				return;
			case "trailer":
				if (byte === CR) this.#part = "trailer-end";
				else if (isControl(byte)) return malformed();
				else if (this.#line > HEADER_BLOCK)
					return refuse(431, "header-too-large", `The trailers take more than ${HEADER_BLOCK} bytes.`);
				else this.#trailer++;
				return;
			case "trailer-end":
				if (byte !== LF) return malformed();
				this.#part = this.#trailer === 0 ? "done" : "trailer";
				this.#trailer = 0;
				return;
		}
		if (this.#line > CHUNK_LINE && byte !== CR) return malformed();
	}
}

function hexDigit(byte: number): number {
	if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
	const letter = byte | 0x20;
	return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

function isControl(byte: number): boolean {
	return (byte < 32 && byte !== 9) || byte === 127;
}

function malformed(): Refusal {
	return refuse(400, "malformed-chunk", "The chunked body is malformed.");
}
