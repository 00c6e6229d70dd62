import type { Head } from "./parser";

/** A request whose head and body have arrived whole and are within the bounds of limits.ts. */
export interface Request {
	readonly head: Head;
	/** Empty if there is none. */
	readonly body: Uint8Array;
	/** It came over TLS. */
	readonly secure: boolean;
	/** The client's IP address. */
	readonly remoteAddress: string;
}

export interface Response {
	status: number;
	/** JSON text. */
	body: string;
	/** Further header lines, each ending in CRLF, such as "Allow: GET, HEAD, OPTIONS, POST\r\n". */
	headers?: string;
	/** Close the connection after this response. */
	close?: boolean;
	/** The response was written or the connection is lost. Called once. */
	sent?: () => void;
}

/**
 * Answers a request: returns the response, or else calls `respond` exactly once, at once or later. What it throws
 * becomes a 500.
 */
export type Handler = (
	request: Request,
	respond: (response: Response) => void,
	// biome-ignore lint/suspicious/noConfusingVoidType: one that responds by itself returns nothing at all
) => Response | undefined | void;
