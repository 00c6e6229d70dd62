/** An HTTP request of this library: one, on a connection of its own. */
export interface Exchange {
	method: "GET" | "POST";
	headers: Record<string, string>;
	body?: string;
	/**
	 * Over HTTPS, whom to talk to: "any" server (for pairing, when nothing is known yet), or the one whose
	 * certificate has this SHA-256 (lower-case hex). With a wrong certificate nothing is sent.
	 */
	certificate?: string;
}

export interface Reply {
	status: number;
	retryAfter: string | undefined;
	text: string;
}

/** What Node.js and browsers do differently. Digests take and give text: UTF-8 in, lower-case hex out. */
export interface Platform {
	/** Whether `exchange` can look at certificates. */
	readonly pins: boolean;
	/** Absent where there is no MD5: in browsers. */
	md5?(text: string): string;
	sha256(text: string): Promise<string>;
	hmac(key: string, text: string): Promise<string>;
	randomUUID(): string;
	/** Rejects with an UnreachableError or an ImpostorError. */
	exchange(url: string, exchange: Exchange): Promise<Reply>;
}
