import type { Host } from "../../hosts/host";
import { sameText } from "../bytes";
import type { Request } from "../http/message";
import { SharedSecret } from "../identity/shared-secret";
import type { Vault } from "../identity/vault";
import { NONCE_DIGITS } from "../limits";
import type { KeyRules, Settings } from "../settings";
import { Attempts, GUESS_DIGITS } from "./attempts";
import { parseAuthorization } from "./authorization";
import { AuthError } from "./error";
import { type Key, keyText, parseKey } from "./key";
import { KeyUses, replayed, type SeenKey } from "./key-uses";
import { oddForm, slipOf } from "./oddity";
import type { Token } from "./token";

const MD5_DIGITS = 32;

/** How a request has proved that it comes from the owner, or from a program that the owner gave a key. */
export interface Proof {
	readonly method: "md5" | "hmac-sha256";
	/** That it was made with. */
	readonly token: string;
	readonly secret: SharedSecret;
	/** Undefined: it was made with the UUID. */
	readonly key: Key | undefined;
}

/** The members of a body that prove who sends it. */
export interface Claims {
	readonly secret?: unknown;
	readonly key?: unknown;
}

/** What the owner has set of it. */
export type AuthRules = Pick<Settings, "auth" | "keys">;

/** Decides whether a request comes from the owner. */
export class Authenticator {
	readonly #host: Pick<Host, "clock" | "digest" | "hmac">;
	readonly #vault: Vault;
	readonly #token: Token;
	readonly #attempts: Attempts;
	/** The UUID that all below belongs to. */
	#owner: readonly SharedSecret[] = [];
	/** The token that the counter belongs to. */
	#counted = "";
	/** The highest request counter taken with the UUID under this token. */
	#nonce = 0;
	#uses = new KeyUses();
	/** The key that was used last, so that it need not be derived for each request of a program. */
	#last: { readonly key: Key; readonly secret: SharedSecret } | undefined;
	/** The wall clock's time at the monotonic clock's zero, ms; the highest that it ever was. */
	#epoch = 0;

	constructor(host: Pick<Host, "clock" | "digest" | "hmac" | "network">, vault: Vault, token: Token) {
		this.#host = host;
		this.#vault = vault;
		this.#token = token;
		this.#attempts = new Attempts(host.network.clock);
	}

	/** The keys that were used last since the start, the last one first. */
	get seen(): SeenKey[] {
		this.#follow();
		return this.#uses.seen;
	}

	/**
	 * Throws an AuthError unless the request is the owner's. A right proof is taken whatever was sent from the same
	 * address before: several programs may share one, and only wrong ones have to wait.
	 */
	check(request: Request, claims: Claims, rules: AuthRules): Proof {
		this.#follow();
		const { authorization } = request.head;
		if (authorization !== undefined) {
			if (claims.secret !== undefined || claims.key !== undefined)
				throw new AuthError("two-proofs", "send either the Authorization field, or a secret in the body");
			return this.#checkSignature(request, authorization, rules.keys);
		}
		if (!rules.auth.md5) throw new AuthError("md5-off", "this device takes signed requests only");
		return this.#checkMd5(request.remoteAddress, claims, rules.keys);
	}

	#checkMd5(address: string, { secret: given, key: id }: Claims, rules: KeyRules): Proof {
		const token = this.#token.value;
		const digest = typeof given === "string" ? given.toLowerCase() : "";
		const key = id === undefined ? undefined : this.#read(address, id, digest);
		const secrets = key ? [this.#derive(key)] : this.#vault.secrets;
		for (let i = 0; i < secrets.length && digest.length === MD5_DIGITS; i++) {
			const secret = secrets[i]!;
			if (!sameText(secret.md5(token), digest)) continue;
			if (key) this.#use(key, secret, rules, token, undefined);
			return { method: "md5", token, secret, key };
		}
		const error = this.#wrong(address, digest, "the secret is wrong");
		if (error.code !== "wrong-secret") throw error;
		const odd = oddForm(given) ?? slipOf(digest, token, secrets);
		throw odd === undefined ? error : new AuthError("wrong-secret", odd);
	}

	#checkSignature(request: Request, authorization: string, rules: KeyRules): Proof {
		const { remoteAddress } = request;
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
		const key = given.key === undefined ? undefined : this.#read(remoteAddress, given.key, mac);
		const digest = this.#host.digest("SHA256", request.body!);
		const text = `${token}\n${nc}\n${method}\n${path}\n${digest}`;
		const secrets = key ? [this.#derive(key)] : this.#vault.secrets;
		for (let i = 0; i < secrets.length; i++) {
			const secret = secrets[i]!;
			if (!sameText(secret.hmac(text), mac)) continue;
			const nonce = nc.length <= NONCE_DIGITS ? Number(nc) : 0;
			if (key) this.#use(key, secret, rules, token, nonce);
			else this.#count(token, nonce);
			return { method: "hmac-sha256", token, secret, key };
		}
		throw this.#wrong(remoteAddress, mac, "the signature is wrong");
	}

	/** What comes here is the owner's, so it is no attempt to guess: an own client that fell behind, or a replay. */
	#count(token: string, nonce: number): void {
		if (token !== this.#counted) {
			this.#counted = token;
			this.#nonce = 0;
		}
		if (nonce <= this.#nonce) throw replayed(this.#nonce);
		this.#nonce = nonce;
	}

	#read(address: string, id: unknown, proof: string): Key {
		const last = this.#last;
		if (last && last.key.id === id) return last.key;
		const key = typeof id === "string" ? parseKey(id) : undefined;
		if (!key) throw this.#wrong(address, proof, "the key must be its id: name.scope.until.generation");
		return key;
	}

	/** The secret of a key: its lower-case hex is the key, as the UUID's text is. */
	#derive(key: Key): SharedSecret {
		if (this.#last?.key === key) return this.#last.secret;
		return new SharedSecret(this.#host, this.#vault.secrets[0]!.hmac(keyText(key.id)));
	}

	/** Whether a key may be used still that was proved to be there; notes its use. Throws an AuthError. */
	#use(key: Key, secret: SharedSecret, rules: KeyRules, token: string, nonce: number | undefined): void {
		const { name, until, generation } = key;
		const now = this.#now();
		if (generation !== rules.generation || rules.revoked.includes(name))
			throw new AuthError("revoked-key", "the key was revoked");
		if (until !== 0 && now === null)
			throw new AuthError("clock-not-set", "the clock is not set, so nobody knows whether the key has ended");
		if (until !== 0 && (now as number) >= until) throw new AuthError("expired-key", "the key has ended");
		this.#uses.add(key, token, now, nonce);
		if (this.#last?.key !== key) this.#last = { key, secret };
	}

	/** Seconds since 1970, null while nobody knows. It never goes back: no jump of the clock brings back what has ended. */
	#now(): number | null {
		const { clock } = this.#host;
		if (!clock.synced) return null;
		const monotonic = clock.monotonic();
		this.#epoch = Math.max(this.#epoch, clock.now() - monotonic);
		return Math.floor((this.#epoch + monotonic) / 1000);
	}

	/** Forgets the keys of an owner that the device does not have any more. */
	#follow(): void {
		const { secrets } = this.#vault;
		if (secrets === this.#owner) return;
		this.#owner = secrets;
		this.#uses = new KeyUses();
		this.#last = undefined;
	}

	/** The error for a wrong proof. Beyond the limit of its address it is not even looked at more closely. */
	#wrong(address: string, proof: string, message: string): AuthError {
		const wait = this.#attempts.wait(address);
		if (wait > 0) return new AuthError("too-many-attempts", `too many wrong secrets, wait ${wait} s`, wait);
		const hash = this.#host.digest("MD5", new TextEncoder().encode(proof.slice(0, 64)));
		this.#attempts.failed(address, hash.slice(0, GUESS_DIGITS));
		return new AuthError("wrong-secret", message);
	}
}
