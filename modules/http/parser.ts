import { BODY, CONTENT_LENGTH_DIGITS, HEADER_BLOCK, HEADER_FIELDS, REQUEST_LINE } from "../limits";
import { bodyTooLarge, type Refusal, refuse } from "./errors";
import { readFields } from "./fields";
import { frame, malformedRequestLine, type Progress } from "./frame";
import { splitTarget } from "./target";

const LINES = 1 + HEADER_FIELDS;

/** What a request's head says. */
export interface Head {
	readonly kind: "head";
	/** Bytes that the head takes, with the empty lines before it. */
	readonly consumed: number;
	readonly method: string;
	readonly target: string;
	/** See Request. */
	readonly path: string;
	readonly host: string;
	readonly contentType: string | undefined;
	readonly authorization: string | undefined;
	readonly origin: string | undefined;
	/** Bytes that head and body take; Infinity if the body is chunked. */
	readonly end: number;
	readonly chunked: boolean;
	/** The client waits for 100 Continue before it sends the body. */
	readonly awaitsContinue: boolean;
	readonly keepAlive: boolean;
	/** The client speaks HTTP/1.0. */
	readonly old: boolean;
}

/**
 * Reads heads of HTTP/1.0 and 1.1 requests (RFC 9112). The outcome depends on the bytes alone: what the parser
 * keeps are tools and a copy of its last result, since most clients send the same head again and again.
 *
 * No pattern has a quantifier: XS takes memory for each of its rounds and aborts when there is none left.
 */
export class HeadParser {
	// A byte order mark is no part of a head and has to be seen.
	readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
	/** Every control character but HTAB. */
	// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
	readonly #control = /[\0-\x08\n-\x1f\x7f]/;
	readonly #notAscii = /[^\0-\x7f]/g;
	readonly #notToken = /[^\w!#$%&'*+.^`|~-]/;
	readonly #notVisible = /[^!-~]/;
	readonly #notDigit = /[^0-9]/;
	/** RFC 3986, 3.2.2: reg-name. */
	readonly #notName = /[^\w.~!$&'()*+,;=%-]/;
	readonly #notAddress = /[^0-9A-Fa-f:.]/;
	#lastText = "";
	#lastHead: Head | undefined;

	/**
	 * Reads the head of the next request from all bytes that have arrived and were not consumed; `progress` is
	 * what the last call gave back for the beginning of the same bytes.
	 */
	parse(bytes: Uint8Array, progress?: Progress): Head | Progress | Refusal {
		if (progress) return this.parseBytes(bytes, progress);
		const text = this.#decoder.decode(bytes);
		// Equality is the quicker test where nothing follows the head.
		if (this.#lastHead && (text === this.#lastText || text.startsWith(this.#lastText))) return this.#lastHead;
		return this.parseText(text, bytes) ?? this.parseBytes(bytes);
	}

	/** The quick way for the usual head: whole, ASCII, and without anything that `frame` would refuse or skip. */
	private parseText(text: string, bytes: Uint8Array): Head | Refusal | undefined {
		if (!isAscii(text, bytes)) return;
		const end = text.indexOf("\r\n\r\n");
		const lineEnd = text.indexOf("\r\n");
		if (end < 0 || lineEnd === 0 || lineEnd > REQUEST_LINE || end - lineEnd > HEADER_BLOCK) return;
		const lines = split(text.slice(0, end));
		if (lines.length > LINES || this.#control.test(lines.join(""))) return;
		const head = this.parseLines(lines, end + 4);
		if (head.kind === "head") {
			this.#lastHead = head;
			this.#lastText = text.slice(0, head.consumed);
		}
		return head;
	}

	private parseBytes(bytes: Uint8Array, progress?: Progress): Head | Progress | Refusal {
		const found = frame(bytes, progress);
		if (found.kind !== "frame") return found;
		const head = bytes.subarray(found.start, found.end - 4);
		let text = this.#decoder.decode(head);
		// Nothing beyond ASCII has a meaning here; as one character it cannot be taken for a space or a letter.
		if (!isAscii(text, head)) text = text.replace(this.#notAscii, "\ufffd");
		const lines = split(text);
		if (lines.length > LINES)
			return refuse(431, "too-many-headers", `There are more than ${HEADER_FIELDS} header fields.`);
		if (this.#control.test(lines.join("")))
			return refuse(400, "control-character", "A control character is in the head.");
		return this.parseLines(lines, found.end);
	}

	private parseLines(lines: string[], consumed: number): Head | Refusal {
		const request = lines[0]!.split(" ");
		const method = request[0]!;
		const target = request[1]!;
		const version = request[2]!;
		if (request.length !== 3 || method === "" || this.#notToken.test(method)) return malformedRequestLine();
		const old = version === "HTTP/1.0";
		if (!old && version !== "HTTP/1.1") return this.refuseVersion(version);
		const parts = this.#notVisible.test(target) ? undefined : splitTarget(method, target);
		if (!parts) return refuse(400, "malformed-target", "The target is not a path or an absolute http URL.");

		const fields = readFields(lines);
		if (!fields) return refuse(400, "malformed-header", "A header field is not of the form: Name: value");
		if (this.#notToken.test(fields.otherNames))
			return refuse(400, "malformed-header", "The name of a header field is not a token.");
		const { length, coding } = fields;
		if (fields.repeated)
			return refuse(400, "repeated-header", "A header field that is allowed once is there twice.");
		if (fields.host === undefined && !old) return refuse(400, "missing-host", "The field Host is missing.");
		let host = this.hostOf(fields.host ?? "");
		if (host !== undefined && parts.authority !== undefined) host = this.hostOf(parts.authority);
		if (host === undefined) return refuse(400, "malformed-host", "The host is not of the form: name[:port]");

		let end = consumed;
		if (coding !== undefined) {
			if (length !== undefined)
				return refuse(400, "ambiguous-length", "Content-Length and Transfer-Encoding exclude each other.");
			if (old) return refuse(400, "ambiguous-length", "HTTP/1.0 has no Transfer-Encoding.");
			if (coding.toLowerCase() !== "chunked")
				return refuse(501, "unknown-transfer-encoding", "The only Transfer-Encoding here is chunked.");
			end = Number.POSITIVE_INFINITY;
		} else if (length !== undefined) {
			if (length === "" || length.length > CONTENT_LENGTH_DIGITS || this.#notDigit.test(length))
				return refuse(400, "malformed-content-length", "Content-Length is not a number of bytes.");
			end += Number(length);
			if (end > consumed + BODY) return bodyTooLarge();
		} else if (method === "POST")
			return refuse(411, "length-required", "POST needs Content-Length or Transfer-Encoding.");

		const { expectation, connection } = fields;
		if (expectation !== undefined && expectation.toLowerCase() !== "100-continue")
			return refuse(417, "unknown-expectation", "The only expectation met here is 100-continue.");
		return {
			kind: "head",
			consumed,
			method,
			target,
			path: parts.path,
			host,
			contentType: fields.contentType,
			authorization: fields.authorization,
			origin: fields.origin,
			end,
			chunked: coding !== undefined,
			// RFC 9110, 10.1.1: HTTP/1.0 cannot be told to continue.
			awaitsContinue: expectation !== undefined && !old,
			// RFC 9112, 9.3.
			keepAlive: !has(connection, "close") && (!old || has(connection, "keep-alive")),
			old,
		};
	}

	private refuseVersion(version: string): Refusal {
		const number = version.slice(5).split(".");
		if (!version.startsWith("HTTP/") || version.length !== 8 || number.length !== 2)
			return malformedRequestLine();
		if (this.#notDigit.test(number.join(""))) return malformedRequestLine();
		return refuse(505, "unknown-version", "Only HTTP/1.1 and HTTP/1.0 are spoken here.");
	}

	/** The host in `host[:port]`, undefined if it is malformed (RFC 9110, 7.2; RFC 3986, 3.2.2). */
	private hostOf(authority: string): string | undefined {
		let end = authority.indexOf(":");
		let host: string;
		if (authority[0] === "[") {
			end = authority.indexOf("]");
			host = authority.slice(1, end);
			if (end < 0 || !host.includes(":") || this.#notAddress.test(host)) return;
			end++;
		} else {
			if (end < 0) end = authority.length;
			host = authority.slice(0, end);
			if (this.#notName.test(host) || (host === "" && authority !== "")) return;
		}
		if (end < authority.length && (authority[end] !== ":" || this.#notDigit.test(authority.slice(end + 1))))
			return;
		return host.toLowerCase();
	}
}

/** The lines of a head; one more than LINES at most. */
function split(head: string): string[] {
	return head.split("\r\n", LINES + 1);
}

/** Whether `text`, decoded from `bytes`, is ASCII: nothing shorter than its bytes, nothing undecodable. */
function isAscii(text: string, bytes: Uint8Array): boolean {
	return text.length === bytes.length && !text.includes("\ufffd");
}

/** Whether a field with options, in lower case and each followed by a comma, has this one. */
function has(options: string, option: string): boolean {
	return options !== "" && options.split(",").some((each) => each.trim() === option);
}
