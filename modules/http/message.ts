/** A request whose head and body have arrived whole and are within the bounds of limits.ts. */
export interface Request {
	/** As sent; methods are case-sensitive (RFC 9110, 9.1). */
	method: string;
	/** As sent. */
	target: string;
	/** The target without scheme, authority and query; of `*` and of CONNECT's target, the whole. */
	path: string;
	/**
	 * The name of the host that the client asks for, in lower case, without port and without the brackets of an
	 * IPv6 address; "" if it named none. Of an absolute target, that target's (RFC 9112, 3.2.2).
	 */
	host: string;
	/** The field as sent, undefined if there is none. */
	contentType: string | undefined;
	/** The field as sent, undefined if there is none. */
	authorization: string | undefined;
	/** Of the page that a browser asks for (RFC 6454), as sent, undefined if there is none. */
	origin: string | undefined;
	/** Empty if there is none. */
	body: Uint8Array;
	/** It came over TLS. */
	secure: boolean;
	/** The client's IP address. */
	remoteAddress: string;
}

export interface Response {
	status: number;
	/** JSON text, or its bytes in UTF-8. */
	body: string | Uint8Array;
	/** Further header lines, each ending in CRLF, such as "Allow: GET, HEAD, POST\r\n". */
	headers?: string;
	/** Close the connection after this response. */
	close?: boolean;
	/** The response was written or the connection is lost. Called once. */
	sent?: () => void;
}

/** Answers a request: calls `respond` exactly once, at once or later. What it throws becomes a 500. */
export type Handler = (request: Request, respond: (response: Response) => void) => void;
