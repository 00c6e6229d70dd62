import type { Host } from "../../hosts/host";
import { UUID_KEY } from "../flash-keys";
import { SharedSecret } from "./shared-secret";

/** Keeps the owner's UUID. */
export class Vault {
	readonly #host: Pick<Host, "flash" | "digest" | "hmac">;
	#secrets: readonly SharedSecret[] = [];

	constructor(host: Pick<Host, "flash" | "digest" | "hmac">) {
		this.#host = host;
		const stored = host.flash.get(UUID_KEY);
		if (stored) this.#take(stored);
	}

	get paired(): boolean {
		return this.#secrets.length > 0;
	}

	/**
	 * The UUID in each of its spellings that a client may have: a UUID is the same one in any case (RFC 9562, 4), but its
	 * text is what is hashed. In lower case first, as RFC 9562 has it written, then in upper case, then as it was given.
	 * None on a device without an owner.
	 */
	get secrets(): readonly SharedSecret[] {
		return this.#secrets;
	}

	/** Takes the owner's UUID. Throws, and takes nothing, if there is one already or the flash fails. */
	store(uuid: string): void {
		if (this.paired) throw new Error("paired already");
		const bytes = new TextEncoder().encode(uuid);
		this.#host.flash.set(UUID_KEY, bytes);
		this.#take(bytes);
	}

	/** Forgets the UUID in memory; erasing the flash is the factory reset's. */
	forget(): void {
		this.#secrets = [];
	}

	#take(bytes: Uint8Array): void {
		const uuid = new TextDecoder().decode(bytes);
		const spellings = [uuid.toLowerCase(), uuid.toUpperCase()];
		if (!spellings.includes(uuid)) spellings.push(uuid);
		this.#secrets = spellings.map((text) => new SharedSecret(this.#host, text));
	}
}
