/** Bytes of an answer's head, and of a chunk-size line or the trailers. */
const HEAD = 4096;
const LINE = 256;
const LF = 10;

export interface HttpAnswer {
	status: number;
	/** The body's length, if the answer says it. */
	length: number | undefined;
	retryAfter: string | undefined;
}

export interface HttpReaderEvents {
	onHead(answer: HttpAnswer): void;
	onBody(bytes: Uint8Array): void;
}

type State = "head" | "fixed" | "until-end" | "size" | "chunk" | "chunk-end" | "trailer" | "done";

/** Reads the answer to one request (RFC 9112) from bytes as they come. */
export class HttpReader {
	readonly #events: HttpReaderEvents;
	#state: State = "head";
	/** Of a head or line that is not whole yet. */
	#partial = new Uint8Array(0);
	/** Bytes of the body or chunk to come. */
	#left = 0;

	constructor(events: HttpReaderEvents) {
		this.#events = events;
	}

	/** The answer is whole. */
	get done(): boolean {
		return this.#state === "done";
	}

	/** Takes the next bytes. Returns what is wrong with them. */
	push(bytes: Uint8Array): string | undefined {
		let rest = bytes;
		while (rest.length > 0 && this.#state !== "done") {
			const next = this.#take(rest);
			if (typeof next === "string") return next;
			rest = next;
		}
		return undefined;
	}

	/** The connection has ended. Returns what is missing. */
	end(): string | undefined {
		return this.#state === "until-end" || this.#state === "done" ? undefined : "the connection was cut";
	}

	/** Returns what is left, or what is wrong. */
	#take(bytes: Uint8Array): Uint8Array | string {
		switch (this.#state) {
			case "fixed":
			case "chunk": {
				const part = bytes.subarray(0, this.#left);
				this.#left -= part.length;
				if (this.#left === 0) this.#state = this.#state === "fixed" ? "done" : "chunk-end";
				this.#events.onBody(part);
				return bytes.subarray(part.length);
			}
			case "until-end":
				this.#events.onBody(bytes);
				return bytes.subarray(bytes.length);
			default:
				return this.#takeLine(bytes);
		}
	}

	/** A head is collected line by line, up to the empty one. */
	#takeLine(bytes: Uint8Array): Uint8Array | string {
		const isHead = this.#state === "head";
		const end = bytes.indexOf(LF);
		const line = end < 0 ? bytes : bytes.subarray(0, end + 1);
		const partial = new Uint8Array(this.#partial.length + line.length);
		if (partial.length > (isHead ? HEAD : LINE)) return "the answer is too long";
		partial.set(this.#partial);
		partial.set(line, this.#partial.length);
		this.#partial = partial;
		const rest = bytes.subarray(line.length);
		if (end < 0 || (isHead && !endsHead(partial))) return rest;
		this.#partial = new Uint8Array(0);
		const text = new TextDecoder().decode(partial);
		return (isHead ? this.#readHead(text) : this.#readLine(text.trim())) ?? rest;
	}

	#readHead(text: string): string | undefined {
		const lines = text.split("\n");
		const status = Number(/^HTTP\/1\.[01] ([1-5][0-9]{2})(?![0-9])/.exec(lines[0] as string)?.[1]);
		if (!status) return "the answer is not HTTP";
		// An interim one (RFC 9110, 15.2); the final one follows.
		if (status < 200) return undefined;
		const length = fieldOf(lines, "content-length");
		if (length !== undefined && !/^[0-9]{1,15}$/.test(length)) return "the answer is not HTTP";
		const coding = fieldOf(lines, "transfer-encoding");
		const empty = status === 204 || status === 304;
		if (coding !== undefined && coding.toLowerCase() !== "chunked") return "the answer is not HTTP";
		if (empty) this.#state = "done";
		else if (coding !== undefined) this.#state = "size";
		else if (length !== undefined) {
			this.#left = Number(length);
			this.#state = this.#left > 0 ? "fixed" : "done";
		} else this.#state = "until-end";
		this.#events.onHead({
			status,
			length: length === undefined || coding !== undefined ? undefined : Number(length),
			retryAfter: fieldOf(lines, "retry-after"),
		});
		return undefined;
	}

	#readLine(line: string): string | undefined {
		if (this.#state === "size") {
			const size = /^[0-9a-f]{1,8}(?=$|[ \t;])/i.exec(line)?.[0];
			if (size === undefined) return "the answer is not HTTP";
			this.#left = Number.parseInt(size, 16);
			this.#state = this.#left > 0 ? "chunk" : "trailer";
		} else if (this.#state === "chunk-end") {
			if (line !== "") return "the answer is not HTTP";
			this.#state = "size";
		} else if (line === "") this.#state = "done";
		return undefined;
	}
}

/** The last line is empty. */
function endsHead(bytes: Uint8Array): boolean {
	const before = bytes[bytes.length - 2];
	return before === LF || (before === 13 && bytes[bytes.length - 3] === LF);
}

/** Of the first field of that name. Names from outside are compared, never looked up: XS would keep them. */
function fieldOf(lines: readonly string[], name: string): string | undefined {
	for (const line of lines) {
		const colon = line.indexOf(":");
		if (colon === name.length && line.slice(0, colon).toLowerCase() === name)
			return line.slice(colon + 1).trim();
	}
	return undefined;
}
