import type { Host } from "../../hosts/host";
import { toHex } from "../bytes";

/** A secret that owner and device share. It goes in once and never comes out: all that others get are digests that prove it. */
export class SharedSecret {
	readonly #host: Pick<Host, "digest" | "hmac">;
	readonly #bytes: Uint8Array;

	/** `bytes`: of its text in UTF-8. */
	constructor(host: Pick<Host, "digest" | "hmac">, bytes: Uint8Array) {
		this.#host = host;
		this.#bytes = bytes;
	}

	/** MD5(before + secret + after) in lower-case hex. */
	md5(before: string, after = ""): string {
		const encoder = new TextEncoder();
		const [head, tail] = [encoder.encode(before), encoder.encode(after)];
		const message = new Uint8Array(head.length + this.#bytes.length + tail.length);
		message.set(head);
		message.set(this.#bytes, head.length);
		message.set(tail, head.length + this.#bytes.length);
		return toHex(this.#host.digest("MD5", message));
	}

	/** HMAC-SHA256(secret, message) in lower-case hex. */
	hmac(message: string): string {
		return toHex(this.#host.hmac(this.#bytes, new TextEncoder().encode(message)));
	}
}
