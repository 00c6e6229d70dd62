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
	/** All of it that has arrived so far. */
	readonly bytes: Uint8Array;
	/** Takes `bytes` as far as the body goes and returns how many these were. */
	push(bytes: Uint8Array): number | Refusal;
}

/** A body whose length was announced. */
export class FixedBody implements Body {
	readonly bytes: Uint8Array;
	#length = 0;

	constructor(length: number) {
		this.bytes = new Uint8Array(length);
	}

	get done(): boolean {
		return this.#length === this.bytes.length;
	}

	push(bytes: Uint8Array): number {
		const count = Math.min(bytes.length, this.bytes.length - this.#length);
		this.bytes.set(bytes.subarray(0, count), this.#length);
		this.#length += count;
		return count;
	}
}
