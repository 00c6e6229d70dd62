import type { Response } from "./message";

const STATUS_LINES: Readonly<Record<number, string>> = {
	200: "HTTP/1.1 200 OK\r\n",
	302: "HTTP/1.1 302 Found\r\n",
	400: "HTTP/1.1 400 Bad Request\r\n",
	401: "HTTP/1.1 401 Unauthorized\r\n",
	403: "HTTP/1.1 403 Forbidden\r\n",
	404: "HTTP/1.1 404 Not Found\r\n",
	405: "HTTP/1.1 405 Method Not Allowed\r\n",
	408: "HTTP/1.1 408 Request Timeout\r\n",
	409: "HTTP/1.1 409 Conflict\r\n",
	411: "HTTP/1.1 411 Length Required\r\n",
	413: "HTTP/1.1 413 Content Too Large\r\n",
	414: "HTTP/1.1 414 URI Too Long\r\n",
	415: "HTTP/1.1 415 Unsupported Media Type\r\n",
	417: "HTTP/1.1 417 Expectation Failed\r\n",
	429: "HTTP/1.1 429 Too Many Requests\r\n",
	431: "HTTP/1.1 431 Request Header Fields Too Large\r\n",
	500: "HTTP/1.1 500 Internal Server Error\r\n",
	501: "HTTP/1.1 501 Not Implemented\r\n",
	503: "HTTP/1.1 503 Service Unavailable\r\n",
	505: "HTTP/1.1 505 HTTP Version Not Supported\r\n",
};

const COMMON = "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n";
const JSON_TYPE = "Content-Type: application/json\r\n";

/** Puts responses into bytes. */
export class AnswerEncoder {
	#common = COMMON;
	readonly #encoder = new TextEncoder();

	/**
	 * A whole response in one piece, so that it takes one write and, if it is small, one segment: two small ones
	 * wait for each other (Nagle's algorithm, RFC 896, against delayed acknowledgments). Of one with a file it is the head
	 * alone. `headers` are further lines, each ending in CRLF. `withBody` is false for the answer to HEAD.
	 */
	encode({ status, body, file, type }: Response, headers: string, withBody: boolean): Uint8Array {
		const line = STATUS_LINES[status] ?? `HTTP/1.1 ${status} \r\n`;
		const encoder = this.#encoder;
		const kind = type === undefined ? JSON_TYPE : `Content-Type: ${type}\r\n`;
		const head = line + kind + this.#common + headers;
		if (file) {
			const coding = file.gzip ? "Content-Encoding: gzip\r\n" : "";
			return encoder.encode(`${head}${coding}Content-Length: ${file.bytes.length}\r\n\r\n`);
		}
		// Twice through the encoder is less work than putting two pieces together.
		const end = `Content-Length: ${encoder.encode(body).length}\r\n\r\n`;
		return encoder.encode(withBody ? head + end + body : head + end);
	}

	/** RFC 9110, 15.2.1. */
	encodeContinue(): Uint8Array {
		return this.#encoder.encode("HTTP/1.1 100 Continue\r\n\r\n");
	}

	/** Sets the time that answers tell: wall time in ms, undefined if it is not known. */
	setDate(time: number | undefined): void {
		// IMF-fixdate (RFC 9110, 5.6.7).
		this.#common = time === undefined ? COMMON : `Date: ${new Date(time).toUTCString()}\r\n${COMMON}`;
	}
}
