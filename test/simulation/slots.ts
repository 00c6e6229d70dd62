import { createHash, createHmac } from "node:crypto";
import type { Updater } from "../../hosts/host";
import { type Power, PowerCut } from "./power";
import type { Random } from "./random";
import type { World } from "./world";

/**
 * What becomes of a firmware that is started: it runs, it crashes at once or after some seconds, it hangs, or it runs and
 * nobody can reach it.
 */
export type Kind = "good" | "crash" | "late crash" | "hang" | "deaf";

/** A firmware as it was released. */
export interface Image {
	version: string;
	kind: Kind;
	bytes: Uint8Array;
}

interface Slot {
	image: Image | undefined;
	/** What is in it, while it is being written. */
	written: Buffer;
}

/** The key of the releases, of which the device knows a public half. */
export function signatureOf(text: Uint8Array): Buffer {
	return createHmac("sha256", "the key of the releases").update(text).digest();
}

const CAPACITY = 60_000;

/** What is done to slots, each as small as one write of the flash. */
export const STEPS = ["begin", "write", "activate", "abandon", "confirm", "rollBack"] as const;
export type Step = (typeof STEPS)[number];

/** Two slots and the boot loader, which starts a new firmware once and goes back unless that has confirmed itself. */
export class Slots {
	/** What has been released, by the SHA-256 of its bytes. */
	readonly #releases = new Map<string, Image>();
	readonly #world: World;
	readonly #power: Power;
	readonly #random: Random;
	readonly #slots: [Slot, Slot];
	#active: 0 | 1 = 0;
	#trial: "none" | "next" | "runs" = "none";
	#rolledBack: string | undefined;
	#begun = 0;
	/** The power goes within the next one of these. */
	cutIn: Step | undefined;
	/** What was looked at last was signed. */
	#isSigned = false;

	constructor(world: World, power: Power, random: Random, first: Image) {
		this.#world = world;
		this.#power = power;
		this.#random = random;
		const empty = () => ({ image: undefined, written: Buffer.alloc(0) });
		this.#slots = [{ ...empty(), image: first }, empty()];
	}

	/** Somebody has made a firmware. */
	release(image: Image): void {
		this.#releases.set(createHash("sha256").update(image.bytes).digest("hex"), image);
	}

	/** The firmware to start now. */
	boot(): Image {
		if (this.#trial === "runs") this.#back("it did not confirm itself");
		else if (this.#trial === "next") this.#trial = "runs";
		const { image } = this.#slots[this.#active];
		if (!image) throw new Error("there is no firmware in the slot that is to run");
		return image;
	}

	get onTrial(): boolean {
		return this.#trial === "runs";
	}

	get running(): Image | undefined {
		return this.#slots[this.#active].image;
	}

	/** For the firmware that runs. `restart` as Host has it. */
	updater(restart: () => void): Updater {
		const other = () => (1 - this.#active) as 0 | 1;
		const self = this;
		return {
			target: "simulated",
			capacity: CAPACITY,
			get onTrial() {
				return self.onTrial;
			},
			get rolledBack() {
				return self.#rolledBack;
			},
			verify: (message, signature) => {
				this.#isSigned = signatureOf(message).equals(signature);
				return this.#isSigned;
			},
			hash: () => {
				const hash = createHash("sha256");
				return { add: (bytes) => void hash.update(bytes), finish: () => hash.digest("hex") };
			},
			begin: (size) => {
				if (!this.#isSigned) this.#world.violate("an image is fetched whose manifest nobody has signed");
				this.#change("begin", () => {
					this.#begun = size;
					this.#slots[other()] = { image: undefined, written: Buffer.alloc(0) };
				});
			},
			write: (bytes) => {
				this.#change("write", () => {
					const slot = this.#slots[other()];
					slot.written = Buffer.concat([slot.written, bytes]);
					if (slot.written.length > this.#begun)
						this.#world.violate("an image is longer than its slot was made");
				});
			},
			activate: (version) => {
				this.#change("activate", () => {
					const slot = this.#slots[other()];
					const image = this.#releases.get(createHash("sha256").update(slot.written).digest("hex"));
					if (!image) this.#world.violate("an image is activated that is not whole, or was never released");
					else if (image.version !== version)
						this.#world.violate("an image is activated under another version");
					slot.image = image;
					this.#active = other();
					this.#trial = "next";
					this.#rolledBack = undefined;
					this.#world.count("update: switched");
				});
			},
			abandon: () => this.#change("abandon", () => {}),
			confirm: () =>
				this.#change("confirm", () => {
					const kind = this.running?.kind;
					if (kind !== "good") this.#world.violate(`a firmware is confirmed that is no good: ${kind}`);
					if (this.#trial === "runs") this.#world.count("update: confirmed");
					this.#trial = "none";
				}),
			rollBack: (reason) => {
				this.#change("rollBack", () => this.#back(reason));
				restart();
			},
		};
	}

	#back(reason: string): void {
		this.#world.count("update: rolled back");
		this.#active = (1 - this.#active) as 0 | 1;
		this.#trial = "none";
		this.#rolledBack = reason;
	}

	/** Any of them may lose its power, before or after it was done. */
	#change(name: Step, change: () => void): void {
		if (this.cutIn === name) {
			this.cutIn = undefined;
			this.#power.cutAfter(0);
		}
		if (!this.#power.goes()) {
			change();
			return;
		}
		this.#world.count(`fault: power cut within an update (${name})`);
		if (this.#random.chance(0.5)) change();
		throw new PowerCut();
	}
}
