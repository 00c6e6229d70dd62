import type { Host } from "../../hosts/host";
import { sameText, toHex } from "../bytes";
import type { Request } from "../http/message";
import type { SharedSecret } from "../identity/shared-secret";
import type { Vault } from "../identity/vault";
import { NONCE_DIGITS } from "../limits";
import { Attempts } from "./attempts";
import { parseAuthorization } from "./authorization";
import { AuthError } from "./error";
import { oddForm, slipOf } from "./oddity";
import type { Token } from "./token";

const MD5_DIGITS = 32;

/** How a request has proved that it comes from the owner. */
export interface Proof {
	readonly method: "md5" | "hmac-sha256";
	/** That it was made with. */
	readonly token: string;
	readonly secret: SharedSecret;
}

/** Decides whether a request comes from the owner. */
export class Authenticator {
	readonly #host: Pick<Host, "digest">;
	readonly #vault: Vault;
	readonly #token: Token;
	readonly #attempts: Attempts;
	/** The token that the counter belongs to. */
	#counted = "";
	/** The highest request counter taken under this token. */
	#nonce = 0;

	constructor(host: Pick<Host, "digest" | "network">, vault: Vault, token: Token) {
		this.#host = host;
		this.#vault = vault;
		this.#token = token;
		this.#attempts = new Attempts(host.network.clock);
	}

	/**
	 * Throws an AuthError unless the request is the owner's. `secret` is the field of the body. A right proof is taken
	 * whatever was sent from the same address before: several programs may share one, and only wrong ones have to wait.
	 */
	check(request: Request, secret: unknown, md5Allowed: boolean): Proof {
		const { authorization } = request.head;
		if (authorization !== undefined) {
			if (secret !== undefined)
				throw new AuthError("two-proofs", "send either the Authorization field or a secret");
			return this.#checkSignature(request, authorization);
		}
		if (!md5Allowed) throw new AuthError("md5-off", "this device takes signed requests only");
		return this.#checkMd5(request.remoteAddress, secret);
	}

	#checkMd5(address: string, given: unknown): Proof {
		const token = this.#token.value;
		const secrets = this.#vault.secrets;
		const digest = typeof given === "string" ? given.toLowerCase() : "";
		for (let i = 0; i < secrets.length && digest.length === MD5_DIGITS; i++) {
			const secret = secrets[i]!;
			if (sameText(secret.md5(token), digest)) return { method: "md5", token, secret };
		}
		const error = this.#wrong(address, digest, "the secret is wrong");
		if (error.code !== "wrong-secret") throw error;
		const odd = oddForm(given) ?? slipOf(digest, token, secrets);
		throw odd === undefined ? error : new AuthError("wrong-secret", odd);
	}

	#checkSignature(request: Request, authorization: string): Proof {
		const { remoteAddress, body } = request;
		const { method, path } = request.head;
		const given = parseAuthorization(authorization);
		if (!given)
			throw this.#wrong(
				remoteAddress,
				authorization,
				'the Authorization field must be: Ambient16 token="…", nc="…", mac="…"',
			);
		const { token, nc, mac } = given;
		if (token !== this.#token.value) throw new AuthError("wrong-token", "the token is not in force any more");
		const digest = toHex(this.#host.digest("SHA256", body));
		const text = `${token}\n${nc}\n${method}\n${path}\n${digest}`;
		const secrets = this.#vault.secrets;
		for (let i = 0; i < secrets.length; i++) {
			const secret = secrets[i]!;
			if (!sameText(secret.hmac(text), mac)) continue;
			this.#count(token, nc);
			return { method: "hmac-sha256", token, secret };
		}
		throw this.#wrong(remoteAddress, mac, "the signature is wrong");
	}

	/** What comes here is the owner's, so it is no attempt to guess: an own client that fell behind, or a replay. */
	#count(token: string, nc: string): void {
		if (token !== this.#counted) {
			this.#counted = token;
			this.#nonce = 0;
		}
		const nonce = nc.length <= NONCE_DIGITS ? Number(nc) : 0;
		if (nonce <= this.#nonce) throw new AuthError("replayed", `nc must be above ${this.#nonce}`, this.#nonce);
		this.#nonce = nonce;
	}

	/** The error for a wrong proof. Beyond the limit of its address it is not even looked at more closely. */
	#wrong(address: string, proof: string, message: string): AuthError {
		const wait = this.#attempts.wait(address);
		if (wait > 0) return new AuthError("too-many-attempts", `too many wrong secrets, wait ${wait} s`, wait);
		const hash = this.#host.digest("MD5", new TextEncoder().encode(proof.slice(0, 64)));
		this.#attempts.failed(address, new DataView(hash.buffer, hash.byteOffset).getUint32(0));
		return new AuthError("wrong-secret", message);
	}
}
