import type { Head } from "./parser";

/** A request whose head and body have arrived whole and are within the bounds of limits.ts. */
export interface Request {
	readonly head: Pick<Head, "method" | "path" | "host" | "authorization" | "origin">;
	/**
	 * Empty if there is none. Nothing in a request takes more memory: a handler that has read it puts undefined here
	 * before it does what takes much itself.
	 */
	body: Uint8Array | undefined;
	/** It came over TLS. */
	readonly secure: boolean;
	/** The client's IP address. */
	readonly remoteAddress: string;
}

/** A body that lies in the flash, or wherever it lies: it is sent from there, and nothing of it copied into memory. */
export interface File {
	/** Compressed by gzip. */
	readonly gzip: boolean;
	readonly bytes: Uint8Array;
}

export interface Response {
	status: number;
	/** Text, JSON unless `type` says otherwise. */
	body: string;
	/** Sent in place of `body`. */
	file?: File;
	/** Of the body (Content-Type). */
	type?: string;
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
