import type { Host } from "../../hosts/host";

/** A secret that owner and device share. It goes in once and never comes out: all that others get are digests that prove it. */
export class SharedSecret {
	readonly #text: string;
	readonly #host: Pick<Host, "digest" | "hmac">;
	/** The same in bytes, once it was needed: hosts prepare a key once. */
	#key: Uint8Array | undefined;

	constructor(host: Pick<Host, "digest" | "hmac">, text: string) {
		this.#host = host;
		this.#text = text;
	}

	/** MD5(before + secret + after) in lower-case hex. */
	md5(before: string, after = ""): string {
		return this.#host.digest("MD5", new TextEncoder().encode(before + this.#text + after));
	}

	/** HMAC-SHA256(secret, message) in lower-case hex. */
	hmac(message: string): string {
		const encoder = new TextEncoder();
		this.#key ??= encoder.encode(this.#text);
		return this.#host.hmac(this.#key, encoder.encode(message));
	}
}
