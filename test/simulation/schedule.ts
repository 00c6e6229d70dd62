/** Something that will happen, unless it is called off by taking `run` away. */
export interface Happening {
	readonly at: number;
	readonly order: number;
	run: (() => void) | undefined;
}

/** Virtual time: what is to happen, in a heap, and the moment that it is. Nothing waits. */
export class Schedule {
	#now = 0;
	#order = 0;
	readonly #heap: Happening[] = [];

	/** ms since the world began. */
	get now(): number {
		return this.#now;
	}

	after(ms: number, run: () => void): Happening {
		const happening = { at: this.#now + Math.max(0, ms), order: this.#order++, run };
		const heap = this.#heap;
		let at = heap.push(happening) - 1;
		while (at > 0) {
			const parent = (at - 1) >> 1;
			if (!isBefore(happening, heap[parent]!)) break;
			heap[at] = heap[parent]!;
			at = parent;
		}
		heap[at] = happening;
		return happening;
	}

	/** Lets the next thing happen; false if there is none until `end`, which it is then. */
	step(end: number): boolean {
		for (;;) {
			const next = this.#heap[0];
			if (!next || next.at > end) {
				this.#now = Math.max(this.#now, end);
				return false;
			}
			this.#pop();
			if (!next.run) continue;
			this.#now = next.at;
			next.run();
			return true;
		}
	}

	#pop(): void {
		const heap = this.#heap;
		const last = heap.pop()!;
		if (heap.length === 0) return;
		let at = 0;
		for (;;) {
			let child = 2 * at + 1;
			if (child >= heap.length) break;
			if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
			if (!isBefore(heap[child]!, last)) break;
			heap[at] = heap[child]!;
			at = child;
		}
		heap[at] = last;
	}
}

function isBefore(one: Happening, other: Happening): boolean {
	return one.at < other.at || (one.at === other.at && one.order < other.order);
}
