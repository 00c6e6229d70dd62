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

/** The fields that count here; undefined if one is not there. */
interface Fields {
	length: string | undefined;
	coding: string | undefined;
	/** All options of Connection in lower case, each followed by a comma. */
	connection: string;
	retryAfter: string | undefined;
	/** One of those that say how long the body is came twice. */
	repeated: boolean;
}

/**
 * Reads the answer to one request (RFC 9112) from bytes as they come. It is as strict as the server's parser: what may
 * be read in two ways is not read. Of a head no more than a line is kept.
 */
export class HttpReader {
	readonly #events: HttpReaderEvents;
	readonly #chunks: ChunkReader;
	/** Every control character but HTAB: a CR or LF among them stands alone (2.2). No quantifiers, as in http/parser.ts. */
	// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
	readonly #control = /[\0-\x08\n-\x1f\x7f]/;
	readonly #notToken = /[^\w!#$%&'*+.^`|~-]/;
	readonly #notDigit = /[^0-9]/;
	#state: State = "head";
	#begun = false;
	/** A line that is not whole yet. */
	#line: Uint8Array | undefined;
	/** Bytes and lines of the head so far. */
	#length = 0;
	#lines = 0;
	/** Of the status line; 0 before it. */
	#status = 0;
	#isOld = false;
	#fields = noFields();
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
		const end = bytes.indexOf(LF);
		const part = end < 0 ? bytes : bytes.subarray(0, end + 1);
		this.#length += part.length;
		if (this.#length > ANSWER_HEAD) return "the answer is too long";
		const line = this.#line ? join(this.#line, part) : part;
		this.#line = end < 0 ? line : undefined;
		if (end < 0) return part.length;
		if (line[line.length - 2] !== CR) return NO_HTTP;
		return this.readLine(new TextDecoder().decode(line.subarray(0, -2))) ?? part.length;
	}

	/** Returns what is wrong with it. */
	private readLine(line: string): string | undefined {
		if (this.#control.test(line) || this.#lines++ > ANSWER_FIELDS + 1) return NO_HTTP;
		if (this.#status === 0) return this.readStatus(line);
		return line === "" ? this.endHead() : this.readField(line);
	}

	private readStatus(line: string): string | undefined {
		const version = line.slice(0, 9);
		const code = line.slice(9, 12);
		this.#isOld = version === "HTTP/1.0 ";
		if ((!this.#isOld && version !== "HTTP/1.1 ") || (line.length > 12 && line[12] !== " ")) return NO_HTTP;
		this.#status = this.isNumber(code) ? Number(code) : 0;
		return this.#status < 100 || this.#status > 599 ? NO_HTTP : undefined;
	}

	/** Names from outside are compared, never looked up: XS would keep them. */
	private readField(line: string): string | undefined {
		const fields = this.#fields;
		const colon = line.indexOf(":");
		const name = line.slice(0, Math.max(colon, 0)).toLowerCase();
		if (name === "" || this.#notToken.test(name)) return NO_HTTP;
		const value = line.slice(colon + 1).trim();
		if (name === "content-length") {
			fields.repeated ||= fields.length !== undefined;
			fields.length = value;
		} else if (name === "transfer-encoding") {
			fields.repeated ||= fields.coding !== undefined;
			fields.coding = value;
		} else if (name === "connection") fields.connection += `${value.toLowerCase()},`;
		else if (name === "retry-after") fields.retryAfter = value;
		return undefined;
	}

	private endHead(): string | undefined {
		const status = this.#status;
		const { length, coding, connection, repeated, retryAfter } = this.#fields;
		this.#status = 0;
		this.#fields = noFields();
		if (status < 200) {
			// The final one follows. Nobody asked for another protocol.
			this.#length = 0;
			this.#lines = 0;
			return status === 101 || ++this.#interim > INTERIM_ANSWERS ? NO_HTTP : undefined;
		}
		if (repeated || (length !== undefined && coding !== undefined)) return "the answer has two lengths";
		if (coding !== undefined && (this.#isOld || coding.toLowerCase() !== "chunked")) return NO_HTTP;
		if (length !== undefined && !(this.isNumber(length) && length.length <= CONTENT_LENGTH_DIGITS))
			return NO_HTTP;
		this.#persistent = !this.#isOld && !connection.split(",").some((option) => option.trim() === "close");
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

	private isNumber(text: string): boolean {
		return text !== "" && !this.#notDigit.test(text);
	}
}

function noFields(): Fields {
	return { length: undefined, coding: undefined, connection: "", retryAfter: undefined, repeated: false };
}
