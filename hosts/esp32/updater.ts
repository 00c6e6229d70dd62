import type { Flash, Updater } from "../host";
import { guard } from "../moddable/guard";

/** Where the reason is kept, over the restart, why the last new firmware was rolled back. */
const REASON_KEY = "rollBack";

/** What the chip does for it. All that return nothing throw if they fail. */
export interface Slots {
	/** The chip as ESP-IDF names it, or the board. */
	readonly target: string;
	/** Bytes of the slot that does not run. */
	capacity(): number;
	/** The running firmware has not been confirmed since it was first started. */
	onTrial(): boolean;
	/** Empties the other slot, sector by sector as it is written. */
	open(): Image;
	/** Keeps the running firmware. */
	confirm(): void;
	/** Marks it as bad and starts the other one. */
	rollBack(): void;
}

/** An image on its way into the other slot. */
export interface Image {
	write(bytes: Uint8Array): void;
	/** Checks that it can be started, and has the next start do so. */
	complete(): void;
	close(): void;
}

export interface SlotUpdaterOptions {
	slots: Slots;
	flash: Flash;
	/** Whether the signature over a message is the owner's; undefined if the firmware was built without a key. */
	verify: Updater["verify"];
	hash: Updater["hash"];
}

/** Takes updates into the OTA partition that does not run. */
export class OtaUpdater implements Updater {
	readonly target: string;
	readonly capacity: number;
	readonly rolledBack?: string;
	readonly verify: Updater["verify"];
	readonly hash: Updater["hash"];
	readonly #slots: Slots;
	readonly #flash: Flash;
	#image: Image | undefined;

	constructor({ slots, flash, verify, hash }: SlotUpdaterOptions) {
		this.#slots = slots;
		this.#flash = flash;
		this.verify = verify;
		this.hash = hash;
		this.target = slots.target;
		this.capacity = slots.capacity();
		// While the new one is on trial this only says what it is to be blamed for, should it be left.
		const reason = this.onTrial ? undefined : flash.get(REASON_KEY);
		if (reason) this.rolledBack = new TextDecoder().decode(reason);
	}

	get onTrial(): boolean {
		return this.#slots.onTrial();
	}

	begin(): void {
		this.abandon();
		// Should the power go from here on, it would be told as the reason.
		if (this.#flash.get(REASON_KEY)) this.#flash.delete(REASON_KEY);
		this.#image = this.#slots.open();
	}

	write(bytes: Uint8Array): void {
		this.#begun.write(bytes);
	}

	activate(): void {
		this.#begun.complete();
		this.abandon();
		this.#keepReason("the new firmware did not start, or ended in its trial");
	}

	abandon(): void {
		this.#image?.close();
		this.#image = undefined;
	}

	confirm(): void {
		this.#slots.confirm();
		this.#flash.delete(REASON_KEY);
	}

	rollBack(reason: string): void {
		this.#keepReason(reason);
		this.#slots.rollBack();
	}

	get #begun(): Image {
		if (!this.#image) throw new Error("no image was begun");
		return this.#image;
	}

	/** The other firmware is started all the same if it cannot be kept. */
	#keepReason(reason: string): void {
		guard(
			() => this.#flash.set(REASON_KEY, new TextEncoder().encode(reason)),
			() => {},
		);
	}
}
