import type { Proof } from "../auth/authenticator";
import type { Scope } from "../auth/key";
import type { Parts } from "../parts";
import type { Settings } from "../settings";

/**
 * One command of the API. All orders of a request go through the same steps together: every `validate`,
 * then every `prepare`, then one write of all `settings`, then every `perform`. A step that fails ends the
 * request with nothing changed, so that no request is ever carried out by half.
 */
export interface Command<Order = unknown> {
	readonly name: string;
	/** What members of its value, and of objects within it, may be called. */
	readonly fields: readonly string[];
	/**
	 * Where it is taken: over HTTP and HTTPS; over HTTPS only; or over HTTP too if the request is signed,
	 * since an MD5 secret heard on the air must not be able to do harm.
	 */
	readonly where: "any" | "https" | "https-or-signed";
	/** The letter that a key must have in its scope; undefined: it is not for keys, but for the owner alone. */
	readonly scope: Scope | undefined;
	/** Also taken on a device without an owner, without a proof. `pair` is taken there alone. */
	readonly unowned?: boolean;
	/** Reads the command's value; throws an ApiError if it is not valid. */
	validate(value: unknown, device: Parts, client: Client): Order;
	/** Does what may fail or take time, and can be undone. `done` is called once, at once or later. */
	prepare?(order: Order, device: Parts, done: (error?: unknown) => void): void;
	/** Undoes `prepare`, as a later step failed. */
	abandon?(device: Parts): void;
	/** What is to be written. */
	settings?(order: Order): Partial<Settings>;
	/** Does it, which cannot fail any more, and returns the result for the answer. */
	perform(order: Order, device: Parts, client: Client): object;
	/** What has to wait until the answer is on its way. */
	afterwards?(order: Order, device: Parts): void;
}

/** Whom a command is carried out for. */
export interface Client {
	/** Name or address by which it reached the device, "" if it did not say. */
	readonly host: string;
	/** It came over HTTPS. */
	readonly secure: boolean;
	/** That it is the owner, or has a key; undefined on a device without an owner. */
	readonly proof: Proof | undefined;
}
