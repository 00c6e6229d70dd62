import type { Host } from "../../hosts/host";
import { toHex } from "../bytes";
import { UUID_KEY } from "../flash-keys";

/**
 * Keeps the owner's UUID. It goes in once and never comes out: all that others get is whether there is
 * one, and digests that prove it.
 */
export class Vault {
	#host: Pick<Host, "flash" | "digest" | "hmac">;
	#uuid: Uint8Array | undefined;

	constructor(host: Pick<Host, "flash" | "digest" | "hmac">) {
		this.#host = host;
		this.#uuid = host.flash.get(UUID_KEY);
	}

	get paired(): boolean {
		return this.#uuid !== undefined;
	}

	/** Takes the owner's UUID. Throws, and takes nothing, if there is one already or the flash fails. */
	store(uuid: string): void {
		if (this.#uuid) throw new Error("paired already");
		const bytes = new TextEncoder().encode(uuid);
		this.#host.flash.set(UUID_KEY, bytes);
		this.#uuid = bytes;
	}

	/** Forgets the UUID in memory; erasing the flash is the factory reset's. */
	forget(): void {
		this.#uuid = undefined;
	}

	/** MD5(token + UUID) in lower-case hex. Only on a paired device. */
	md5(token: string): string {
		const uuid = this.#secret();
		const message = new Uint8Array(token.length + uuid.length);
		message.set(new TextEncoder().encode(token));
		message.set(uuid, token.length);
		return toHex(this.#host.digest("MD5", message));
	}

	/** HMAC-SHA256(UUID, message) in lower-case hex. Only on a paired device. */
	hmac(message: string): string {
		return toHex(this.#host.hmac(this.#secret(), new TextEncoder().encode(message)));
	}

	#secret(): Uint8Array {
		if (!this.#uuid) throw new Error("not paired");
		return this.#uuid;
	}
}
