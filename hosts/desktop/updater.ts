import { createHash, createPublicKey, verify } from "node:crypto";
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from "node:fs";
import type { Updater } from "../host";
import type { Slot, Slots } from "./slots";

/** Bytes of an image: many times what the bundled firmware takes. */
const CAPACITY = 16_000_000;

export interface SlotUpdaterOptions {
	slots: Slots;
	/** What runs now. */
	running: Slot;
	/** See hosts/update-key.ts. */
	key: string;
	/** Starts what is active now, in place of this process. */
	onSwitch(): void;
}

/** Takes updates into the slot that does not run. */
export class SlotUpdater implements Updater {
	readonly target = "desktop";
	readonly capacity = CAPACITY;
	#options: SlotUpdaterOptions;
	#file: number | undefined;

	constructor(options: SlotUpdaterOptions) {
		this.#options = options;
	}

	get onTrial(): boolean {
		const { slots, running } = this.#options;
		return slots.onTrial && slots.active === running;
	}

	get rolledBack(): string | undefined {
		return this.#options.slots.rolledBack;
	}

	verify(message: Uint8Array, signature: Uint8Array): boolean | undefined {
		const { key } = this.#options;
		if (key === "") return undefined;
		try {
			const publicKey = createPublicKey({ key: Buffer.from(key, "base64"), format: "der", type: "spki" });
			if (publicKey.asymmetricKeyDetails?.namedCurve !== "prime256v1") return false;
			return verify("sha256", message, publicKey, signature);
		} catch {
			return false;
		}
	}

	hash() {
		const hash = createHash("sha256");
		return {
			add: (bytes: Uint8Array) => void hash.update(bytes),
			finish: () => hash.digest("hex"),
		};
	}

	begin(): void {
		const { slots, running } = this.#options;
		inWords(() => {
			slots.settle(running);
			this.#file = openSync(this.#path, "w", 0o600);
		});
	}

	write(bytes: Uint8Array): void {
		const file = this.#begun;
		inWords(() => {
			for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
		});
	}

	activate(version: string): void {
		const file = this.#begun;
		const { slots, running } = this.#options;
		inWords(() => {
			fsyncSync(file);
			slots.activate(slots.other(running), running, version);
		});
		this.#close();
	}

	abandon(): void {
		if (this.#file === undefined) return;
		this.#close();
		// It may have been activated by half.
		const { slots, running } = this.#options;
		slots.settle(running);
		rmSync(this.#path, { force: true });
	}

	confirm(): void {
		this.#options.slots.confirm();
	}

	rollBack(reason: string): void {
		this.#options.slots.rollBack(reason);
		this.#options.onSwitch();
	}

	get #path(): string {
		const { slots, running } = this.#options;
		return slots.path(slots.other(running));
	}

	get #begun(): number {
		if (this.#file === undefined) throw new Error("no image was begun");
		return this.#file;
	}

	#close(): void {
		if (this.#file !== undefined) closeSync(this.#file);
		this.#file = undefined;
	}
}

/** What a file operation throws names paths; the owner is told what is wrong with the disk. */
function inWords(task: () => void): void {
	try {
		task();
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		const full = code === "ENOSPC" || code === "EDQUOT";
		throw new Error(full ? "the disk is full" : `the disk failed (${code})`);
	}
}
