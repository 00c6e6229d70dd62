import { KEYS_SEEN } from "../limits";
import { AuthError } from "./error";
import { type Key, parseKey } from "./key";

/** Of `getSettings`: who has used which key when. */
export interface SeenKey {
	name: string;
	scope: string;
	/** Seconds since 1970, null if the clock was not set. */
	time: number | null;
}

interface Use {
	/** The key's. */
	readonly id: string;
	time: number | null;
	/** The highest request counter that was taken with it under the token. */
	nonce: number;
}

/** The keys that were used last, in memory, each with its request counter. */
export class KeyUses {
	/** The last one first. */
	readonly #uses: Use[] = [];
	/** The token that the counters belong to. */
	#token = "";
	/** The highest counter of those that were forgotten: all others have to be above it, so that none comes again. */
	#floor = 0;

	/**
	 * Takes note of a request that was proved with `key`. `nonce`: its counter, if it was signed; throws an AuthError if
	 * that did not rise.
	 */
	add(key: Key, token: string, time: number | null, nonce: number | undefined): void {
		if (token !== this.#token) {
			this.#token = token;
			this.#floor = 0;
			for (const use of this.#uses) use.nonce = 0;
		}
		const uses = this.#uses;
		const at = uses.findIndex((use) => use.id === key.id);
		const use = uses[at] ?? { id: key.id, time, nonce: this.#floor };
		if (nonce !== undefined) {
			if (nonce <= use.nonce) throw replayed(use.nonce);
			use.nonce = nonce;
		}
		use.time = time;
		if (at === 0) return;
		if (at > 0) uses.splice(at, 1);
		uses.unshift(use);
		if (uses.length > KEYS_SEEN) this.#floor = Math.max(this.#floor, uses.pop()?.nonce ?? 0);
	}

	/** The last one first. */
	get seen(): SeenKey[] {
		return this.#uses.map(({ id, time }) => {
			const { name, scope } = parseKey(id) as Key;
			return { name, scope, time };
		});
	}
}

export function replayed(nonce: number): AuthError {
	return new AuthError("replayed", `nc must be above ${nonce}`, nonce);
}
