import type { Host } from "../../hosts/host";
import { ApiError } from "../api/error";
import { Secret, toHex } from "../bytes";
import type { Request } from "../http/message";
import type { Vault } from "../identity/vault";
import { NONCE_DIGITS } from "../limits";
import { Attempts } from "./attempts";
import { parseAuthorization } from "./authorization";
import type { Token } from "./token";

/** How a request proved that it comes from the owner. */
export type Proof = "md5" | "hmac-sha256";

/** Decides whether a request comes from the owner. */
export class Authenticator {
	#host: Pick<Host, "digest">;
	#vault: Vault;
	#token: Token;
	#attempts: Attempts;
	/** The token that the two below belong to. */
	#known = "";
	#md5 = new Secret("");
	/** The highest request counter taken under this token. */
	#nonce = 0;

	constructor(host: Pick<Host, "digest" | "network">, vault: Vault, token: Token) {
		this.#host = host;
		this.#vault = vault;
		this.#token = token;
		this.#attempts = new Attempts(host.network.clock);
	}

	/**
	 * Throws an ApiError unless the request is the owner's: 401 if the proof is wrong, 429 if its address has
	 * to wait first, 403 for an MD5 secret where only signed requests are taken. `secret` is the field of the body.
	 */
	check(request: Request, secret: unknown, md5Allowed: boolean): Proof {
		const address = request.remoteAddress;
		const wait = this.#attempts.wait(address);
		if (wait > 0)
			throw new ApiError(
				429,
				"too-many-attempts",
				`too many wrong secrets, wait ${wait} s`,
				`Retry-After: ${wait}\r\n`,
			);
		const token = this.#token.value;
		if (token !== this.#known) this.#follow(token);
		const authorization = request.head.authorization;
		if (authorization !== undefined) {
			if (secret !== undefined)
				throw new ApiError(400, "two-proofs", "send either the Authorization field or a secret");
			this.#checkSignature(request, authorization);
			return "hmac-sha256";
		}
		if (!md5Allowed) throw new ApiError(403, "md5-off", "this device takes signed requests only");
		if (typeof secret !== "string" || secret.length !== 32 || !this.#md5.equals(secret.toLowerCase()))
			throw this.#refuse(address, "wrong-secret", "the secret is wrong");
		return "md5";
	}

	#follow(token: string): void {
		this.#md5 = new Secret(this.#vault.md5(token));
		this.#nonce = 0;
		this.#known = token;
	}

	#checkSignature(request: Request, authorization: string): void {
		const { remoteAddress, body } = request;
		const { method, path } = request.head;
		const given = parseAuthorization(authorization);
		if (!given) throw this.#refuse(remoteAddress, "wrong-secret", "the Authorization field is malformed");
		if (given.token !== this.#known)
			throw this.#refuse(remoteAddress, "wrong-token", "the token is not in force any more");
		const digest = toHex(this.#host.digest("SHA256", body));
		const mac = this.#vault.hmac(`${given.token}\n${given.nc}\n${method}\n${path}\n${digest}`);
		if (!new Secret(mac).equals(given.mac))
			throw this.#refuse(remoteAddress, "wrong-secret", "the signature is wrong");
		// Known to come from the owner, so no attempt to guess: an own client that fell behind, or a replay.
		const nonce = given.nc.length <= NONCE_DIGITS ? Number(given.nc) : 0;
		if (nonce <= this.#nonce)
			throw new ApiError(
				401,
				"replayed",
				`nc must be above ${this.#nonce}`,
				"WWW-Authenticate: Ambient16\r\n",
				{ nc: this.#nonce },
			);
		this.#nonce = nonce;
	}

	#refuse(address: string, code: string, message: string): ApiError {
		this.#attempts.failed(address);
		return new ApiError(401, code, message, "WWW-Authenticate: Ambient16\r\n");
	}
}
