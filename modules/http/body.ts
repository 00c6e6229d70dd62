import type { Refusal } from "./errors";

/** Bytes that a request may have. */
export interface Bounds {
	/** All header fields together. */
	readonly fields: number;
	readonly body: number;
}

/** A body that arrives in parts. */
export interface Body {
	readonly done: boolean;
	/** Hands over all of it, once it is done. */
	take(): Uint8Array;
	/** Takes `bytes` as far as the body goes and returns how many these were. */
	push(bytes: Uint8Array): number | Refusal;
}

/** A body whose length was announced. */
export class FixedBody implements Body {
	#bytes: Uint8Array | undefined;
	/** What is still to come. */
	#missing: number;

	constructor(length: number) {
		this.#bytes = new Uint8Array(length);
		this.#missing = length;
	}

	get done(): boolean {
		return this.#missing === 0;
	}

	push(bytes: Uint8Array): number {
		const whole = this.#bytes!;
		const count = Math.min(bytes.length, this.#missing);
		whole.set(bytes.subarray(0, count), whole.length - this.#missing);
		this.#missing -= count;
		return count;
	}

	take(): Uint8Array {
		const bytes = this.#bytes!;
		this.#bytes = undefined;
		return bytes;
	}
}
