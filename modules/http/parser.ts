import { CONTENT_LENGTH_DIGITS, FIELD_KEPT, HEADER_FIELDS, REQUEST_LINE, USUAL_HEAD } from "../limits";
import type { Bounds } from "./body";
import { bodyTooLarge, type Refusal, refuse } from "./errors";
import { readFields } from "./fields";
import { frame, malformedRequestLine, type Progress } from "./frame";
import { splitTarget } from "./target";

const LINES = 1 + HEADER_FIELDS;
const BACKSLASH = 0x5c;

/** What a request's head says. */
export interface Head {
	readonly kind: "head";
	/** Bytes that the head takes, with the empty lines before it. */
	readonly consumed: number;
	/** As sent; methods are case-sensitive (RFC 9110, 9.1). */
	readonly method: string;
	/** The target without scheme, authority and query; of `*` and of CONNECT's target, the whole. */
	readonly path: string;
	/**
	 * The name of the host that the client asks for, in lower case, without port and without the brackets of an
	 * IPv6 address; "" if it named none. Of an absolute target, that target's (RFC 9112, 3.2.2).
	 */
	readonly host: string;
	/** The field as sent, undefined if there is none. */
	readonly authorization: string | undefined;
	/** Of the page that a browser asks for (RFC 6454), as sent, undefined if there is none. */
	readonly origin: string | undefined;
	/** Bytes that head and body take; Infinity if the body is chunked. */
	readonly end: number;
	readonly chunked: boolean;
	/** The client waits for 100 Continue before it sends the body. */
	readonly awaitsContinue: boolean;
	readonly keepAlive: boolean;
}

/**
 * Reads heads of HTTP/1.0 and 1.1 requests (RFC 9112). The outcome depends on the bytes alone.
 *
 * No pattern has a quantifier: XS takes memory for each of its rounds and aborts when there is none left.
 */
export class HeadParser {
	readonly #bounds: Bounds;
	// A byte order mark is no part of a head and has to be seen.
	readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
	/** Every control character but HTAB, and what is not ASCII. */
	readonly #unusual = /[^\t -~]/;
	readonly #notToken = /[^\w!#$%&'*+.^`|~-]/;
	/** Of what is visible, a backslash is in no URL (RFC 3986, 2). */
	readonly #notTarget = /[^!-[\]-~]/;
	readonly #notDigit = /[^0-9]/;
	/** RFC 3986, 3.2.2: reg-name. */
	readonly #notName = /[^\w.~!$&'()*+,;=%-]/;
	readonly #notAddress = /[^0-9A-Fa-f:.]/;

	constructor(bounds: Bounds) {
		this.#bounds = bounds;
	}

	/**
	 * Reads the head of the next request from all bytes that have arrived and were not consumed; `progress` is
	 * what the last call gave back for the beginning of the same bytes.
	 */
	parse(bytes: Uint8Array, progress?: Progress): Head | Progress | Refusal {
		return (progress ? undefined : this.parseUsual(bytes)) ?? this.parseFrame(bytes, progress);
	}

	/** The quick way for the usual head: whole, ASCII, and without anything that `frame` would refuse or skip. */
	private parseUsual(bytes: Uint8Array): Head | Refusal | undefined {
		if (bytes.length > USUAL_HEAD) return;
		const text = this.#decoder.decode(bytes);
		const end = text.indexOf("\r\n\r\n");
		if (end < 0) return;
		const lines = split(text.slice(0, end));
		const first = lines[0]!.length;
		if (first === 0 || first > REQUEST_LINE || end - first > this.#bounds.fields) return;
		if (lines.length > LINES || this.#unusual.test(lines.join(""))) return;
		return this.parseLines(lines, end + 4);
	}

	private parseFrame(bytes: Uint8Array, progress?: Progress): Head | Progress | Refusal {
		const found = frame(bytes, progress, this.#bounds.fields);
		if (found.kind !== "frame") return found;
		const lines = split(this.#decoder.decode(makeAscii(bytes.subarray(found.start, found.end - 4))));
		if (lines.length > LINES)
			return refuse(431, "too-many-headers", `There are more than ${HEADER_FIELDS} header fields.`);
		if (this.#unusual.test(lines.join("")))
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
		const parts = this.#notTarget.test(target) ? undefined : splitTarget(method, target);
		if (!parts) return refuse(400, "malformed-target", "The target is not a path or an absolute http URL.");

		const fields = readFields(lines, this.#notToken);
		if (fields.kind === "refused") return fields;
		if (fields.host === undefined && !old) return refuse(400, "missing-host", "The field Host is missing.");
		let host = this.hostOf(fields.host ?? "");
		if (host !== undefined && parts.authority !== undefined) host = this.hostOf(parts.authority);
		if (host === undefined) return refuse(400, "malformed-host", "The host is not of the form: name[:port]");

		const length = fields["content-length"];
		const coding = fields["transfer-encoding"];
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
			if (end > consumed + this.#bounds.body) return bodyTooLarge(this.#bounds.body);
		} else if (method === "POST")
			return refuse(411, "length-required", "POST needs Content-Length or Transfer-Encoding.");

		const expectation = fields.expect;
		if (expectation !== undefined && expectation.toLowerCase() !== "100-continue")
			return refuse(417, "unknown-expectation", "The only expectation met here is 100-continue.");
		return {
			kind: "head",
			consumed,
			method,
			path: parts.path,
			host,
			authorization: kept(fields.authorization),
			origin: kept(fields.origin),
			end,
			chunked: coding !== undefined,
			// RFC 9110, 10.1.1: HTTP/1.0 cannot be told to continue.
			awaitsContinue: expectation !== undefined && !old,
			// RFC 9112, 9.3.
			keepAlive: !has(fields.connection, "close") && (!old || has(fields.connection, "keep-alive")),
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
		const literal = authority.startsWith("[");
		const end = authority.indexOf(literal ? "]" : ":");
		let host = authority;
		if (literal) {
			host = authority.slice(1, end);
			if (end < 0 || !host.includes(":") || this.#notAddress.test(host)) return;
		} else {
			if (end >= 0) host = authority.slice(0, end);
			if (this.#notName.test(host) || (host === "" && authority !== "")) return;
		}
		if (end >= 0 && !this.isPort(authority.slice(literal ? end + 1 : end))) return;
		return host.toLowerCase();
	}

	/** Whether it is `:port` or nothing. */
	private isPort(text: string): boolean {
		return text === "" || (text[0] === ":" && !this.#notDigit.test(text.slice(1)));
	}
}

/** The lines of a head; one more than LINES at most. */
function split(head: string): string[] {
	return head.split("\r\n", LINES + 1);
}

/**
 * Puts a backslash for each byte beyond ASCII, where it is, as a copy would be memory: nothing beyond has a meaning
 * here, and no name, host or target has a backslash.
 */
function makeAscii(bytes: Uint8Array): Uint8Array {
	for (let i = 0; i < bytes.length; i++) if (bytes[i]! > 127) bytes[i] = BACKSLASH;
	return bytes;
}

/** Too long to be a right one, it is as good as none, but is not held while the body comes. */
function kept(value: string | undefined): string | undefined {
	return value !== undefined && value.length > FIELD_KEPT ? "" : value;
}

/** Whether a field with options, separated by commas, has this one in whatever case. */
function has(field: string | undefined, option: string): boolean {
	if (field === undefined) return false;
	const options = `,${field.toLowerCase()},`;
	for (let at = options.indexOf(option); at >= 0; at = options.indexOf(option, at + 1)) {
		// What stands in a list between options is commas and white space (RFC 9110, 5.6.1).
		if (endsOption(options[at - 1]!) && endsOption(options[at + option.length]!)) return true;
	}
	return false;
}

function endsOption(character: string): boolean {
	return character === "," || character === " " || character === "\t";
}
