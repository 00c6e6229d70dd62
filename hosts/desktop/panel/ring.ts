/** The latest so many of something. */
export class Ring<T> {
	#items: T[] = [];
	#size: number;
	/** Where the next one goes once it is full: the oldest is there. */
	#next = 0;

	constructor(size: number) {
		this.#size = size;
	}

	push(item: T): void {
		this.#items[this.#next] = item;
		this.#next = (this.#next + 1) % this.#size;
	}

	/** The oldest first. */
	all(): T[] {
		if (this.#items.length < this.#size) return this.#items.slice();
		return [...this.#items.slice(this.#next), ...this.#items.slice(0, this.#next)];
	}

	clear(): void {
		this.#items = [];
		this.#next = 0;
	}
}
