import { join } from "../bytes";
import { ChunkReader } from "../http/chunk-reader";
import { ANSWER_FIELDS, ANSWER_HEAD, CONTENT_LENGTH_DIGITS, INTERIM_ANSWERS } from "../limits";
import { otherProtocol } from "./protocols";

const CR = 13;
const LF = 10;
const NO_HTTP = "the answer is not HTTP";

/** What an answer's head says, as far as it is asked. */
export interface HttpAnswer {
	status: number;
	/** Retry-After, as it was sent. */
	retryAfter: string | undefined;
}

export interface HttpReaderEvents {
	onHead(answer: HttpAnswer): void;
	/** The next bytes of the body. */
	onBody(bytes: Uint8Array): void;
}

type State = "head" | "fixed" | "chunked" | "until-end" | "done";

/**
 * Reads the answer to one request (RFC 9112) from bytes as they come. It is as strict as the server's parser: what may
 * be read in two ways is not read.
 */
export class HttpReader {
	readonly #events: HttpReaderEvents;
	readonly #chunks: ChunkReader;
	#state: State = "head";
	#begun = false;
	/** A head that is not whole yet. */
	#head: Uint8Array = new Uint8Array(0);
	#interim = 0;
	/** Bytes of the body to come. */
	#left = 0;
	#persistent = false;

	constructor(events: HttpReaderEvents) {
		this.#events = events;
		this.#chunks = new ChunkReader(Number.MAX_SAFE_INTEGER, (bytes) => events.onBody(bytes));
	}

	/** The answer is whole. */
	get done(): boolean {
		return this.#state === "done";
	}

	/** Something of it has come. */
	get begun(): boolean {
		return this.#begun;
	}

	/** Its head is whole. */
	get answered(): boolean {
		return this.#state !== "head";
	}

	/** The connection is good for another request, once the answer is whole. */
	get persistent(): boolean {
		return this.#persistent;
	}

	/** Takes bytes as far as the answer goes, and returns how many these were, or what is wrong with them. */
	push(bytes: Uint8Array): number | string {
		let at = 0;
		while (at < bytes.length && this.#state !== "done") {
			const taken = this.take(bytes.subarray(at));
			if (typeof taken === "string") return taken;
			at += taken;
		}
		return at;
	}

	/** The connection has ended. Returns what is missing. */
	end(): string | undefined {
		return this.#state === "until-end" || this.#state === "done" ? undefined : "the connection was cut";
	}

	private take(bytes: Uint8Array): number | string {
		switch (this.#state) {
			case "head":
				return this.takeHead(bytes);
			case "fixed": {
				const part = bytes.subarray(0, this.#left);
				this.#left -= part.length;
				if (this.#left === 0) this.#state = "done";
				this.#events.onBody(part);
				return part.length;
			}
			case "chunked": {
				const taken = this.#chunks.push(bytes);
				if (this.#chunks.done) this.#state = "done";
				if (taken === "trailers-too-large") return "the answer is too long";
				return typeof taken === "number" ? taken : NO_HTTP;
			}
			default:
				this.#events.onBody(bytes);
				return bytes.length;
		}
	}

	private takeHead(bytes: Uint8Array): number | string {
		if (!this.#begun) {
			const other = otherProtocol(bytes[0]!, "HTTP");
			if (other) return other;
			this.#begun = true;
		}
		const before = this.#head.length;
		const head = before > 0 ? join(this.#head, bytes) : bytes;
		const end = endOfHead(head, Math.max(before - 3, 0));
		if (end > ANSWER_HEAD || (end < 0 && head.length >= ANSWER_HEAD)) return "the answer is too long";
		if (end < 0) {
			this.#head = head;
			return bytes.length;
		}
		this.#head = new Uint8Array(0);
		return this.readHead(new TextDecoder().decode(head.subarray(0, end - 4)).split("\r\n")) ?? end - before;
	}

	/** Returns what is wrong with it. */
	private readHead(lines: readonly string[]): string | undefined {
		const line = lines[0]!;
		const version = line.slice(0, 9);
		const isOld = version === "HTTP/1.0 ";
		const code = line.slice(9, 12);
		const status = isDigits(code) ? Number(code) : 0;
		if ((!isOld && version !== "HTTP/1.1 ") || status < 100 || status > 599) return NO_HTTP;
		if ((line.length > 12 && line[12] !== " ") || lines.length > ANSWER_FIELDS + 1) return NO_HTTP;
		const fields = readFields(lines);
		if (!fields) return NO_HTTP;
		if (status < 200) {
			// The final one follows. Nobody asked for another protocol.
			return status === 101 || ++this.#interim > INTERIM_ANSWERS ? NO_HTTP : undefined;
		}
		const { length, coding, connection, repeated, retryAfter } = fields;
		if (repeated || (length !== undefined && coding !== undefined)) return "the answer has two lengths";
		if (coding !== undefined && (isOld || coding.toLowerCase() !== "chunked")) return NO_HTTP;
		if (length !== undefined && !(isDigits(length) && length.length <= CONTENT_LENGTH_DIGITS)) return NO_HTTP;
		this.#persistent = !isOld && !connection.split(",").some((option) => option.trim() === "close");
		if (status === 204 || status === 304) {
			this.#state = "done";
			this.#persistent &&= length === undefined && coding === undefined;
		} else if (coding !== undefined) this.#state = "chunked";
		else if (length !== undefined) {
			this.#left = Number(length);
			this.#state = this.#left > 0 ? "fixed" : "done";
		} else {
			this.#state = "until-end";
			this.#persistent = false;
		}
		this.#events.onHead({ status, retryAfter });
		return undefined;
	}
}

/** The fields that count here. */
interface AnswerFields {
	length: string | undefined;
	coding: string | undefined;
	connection: string;
	retryAfter: string | undefined;
	/** One of those that say how long the body is came twice. */
	repeated: boolean;
}

/** Undefined if one is malformed. Names from outside are compared, never looked up: XS would keep them. */
function readFields(lines: readonly string[]): AnswerFields | undefined {
	const fields: AnswerFields = {
		length: undefined,
		coding: undefined,
		connection: "",
		retryAfter: undefined,
		repeated: false,
	};
	// Every control character but HTAB: a CR or LF among them stands alone (RFC 9112, 2.2). No quantifier: see parser.ts.
	// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
	const control = /[\0-\x08\n-\x1f\x7f]/;
	const notToken = /[^\w!#$%&'*+.^`|~-]/;
	for (let i = 0; i < lines.length; i++) {
		const line = lines[i]!;
		if (control.test(line)) return undefined;
		if (i === 0) continue;
		const colon = line.indexOf(":");
		const name = line.slice(0, Math.max(colon, 0)).toLowerCase();
		if (name === "" || notToken.test(name)) return undefined;
		const value = line.slice(colon + 1).trim();
		if (name === "content-length") {
			fields.repeated ||= fields.length !== undefined;
			fields.length = value;
		} else if (name === "transfer-encoding") {
			fields.repeated ||= fields.coding !== undefined;
			fields.coding = value;
		} else if (name === "connection") fields.connection += `${value.toLowerCase()},`;
		else if (name === "retry-after") fields.retryAfter = value;
	}
	return fields;
}

function isDigits(text: string): boolean {
	return text !== "" && !/[^0-9]/.test(text);
}

/** Where the empty line ends; -1 if it has not come. */
function endOfHead(bytes: Uint8Array, from: number): number {
	for (let at = bytes.indexOf(CR, from); at >= 0; at = bytes.indexOf(CR, at + 1))
		if (bytes[at + 1] === LF && bytes[at + 2] === CR && bytes[at + 3] === LF) return at + 4;
	return -1;
}
