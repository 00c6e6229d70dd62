/** Randomness that a seed decides: sfc32, of PractRand's small fast counting generators. */
export class Random {
	readonly #seed: string;
	#a: number;
	#b: number;
	#c: number;
	#counter = 1;

	constructor(seed: string) {
		this.#seed = seed;
		const hash = (salt: number) => {
			let value = 0x811c9dc5 ^ salt;
			for (let i = 0; i < seed.length; i++) value = Math.imul(value ^ seed.charCodeAt(i), 0x01000193);
			return Math.imul(value ^ (value >>> 15), 0x85ebca6b) >>> 0;
		};
		[this.#a, this.#b, this.#c] = [hash(1), hash(2), hash(3)];
		for (let i = 0; i < 15; i++) this.next();
	}

	/** A generator of its own: what one part of the world draws is not to change what another one does. */
	fork(name: string): Random {
		return new Random(`${this.#seed}/${name}`);
	}

	/** 32 bits. */
	next(): number {
		const result = (this.#a + this.#b + this.#counter) | 0;
		this.#counter = (this.#counter + 1) | 0;
		this.#a = this.#b ^ (this.#b >>> 9);
		this.#b = (this.#c + (this.#c << 3)) | 0;
		this.#c = (((this.#c << 21) | (this.#c >>> 11)) + result) | 0;
		return result >>> 0;
	}

	/** 0 to `bound` - 1. */
	below(bound: number): number {
		return Math.floor((this.next() / 0x1_0000_0000) * bound);
	}

	/** Both ends included. */
	between(least: number, most: number): number {
		return least + this.below(most - least + 1);
	}

	chance(probability: number): boolean {
		return this.next() / 0x1_0000_0000 < probability;
	}

	pick<T>(list: readonly T[]): T {
		return list[this.below(list.length)] as T;
	}

	bytes(count: number): Uint8Array {
		const bytes = new Uint8Array(count);
		for (let i = 0; i < count; i++) bytes[i] = this.next() >>> 24;
		return bytes;
	}

	letters(count: number): string {
		return [...this.bytes(count)].map((byte) => String.fromCharCode(97 + (byte % 26))).join("");
	}

	uuid(): string {
		const hex = Buffer.from(this.bytes(16)).toString("hex");
		return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
	}
}
