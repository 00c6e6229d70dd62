import { CLOCK_SPANS } from "../limits";

interface Span {
	first: number;
	last: number;
}

/**
 * The times that have been given to windows, as spans from the first to the last between two jumps of the
 * clock. It may take a time for given that is not, never the other way around.
 */
export class TakenTimes {
	#spans: Span[] = [];
	#current: Span | undefined;

	has(time: number): boolean {
		return this.#spans.some(({ first, last }) => first <= time && time <= last);
	}

	/** Gives out a time that is not taken. All from the last one on is taken with it, unless `split` came between. */
	add(time: number): void {
		if (this.#current) {
			this.#current.last = time;
			return;
		}
		this.#current = { first: time, last: time };
		this.#spans.push(this.#current);
		if (this.#spans.length > CLOCK_SPANS) this.#joinNearest();
	}

	/** The clock has jumped: what lies between the last time and the next one is not taken. */
	split(): void {
		this.#current = undefined;
	}

	#joinNearest(): void {
		const spans = this.#spans.sort((a, b) => a.first - b.first);
		let nearest = 1;
		for (let i = 2; i < spans.length; i++) if (gap(spans, i) < gap(spans, nearest)) nearest = i;
		const [earlier, later] = spans.splice(nearest - 1, 2) as [Span, Span];
		const joined = { first: earlier.first, last: Math.max(earlier.last, later.last) };
		spans.push(joined);
		if (this.#current === earlier || this.#current === later) this.#current = joined;
	}
}

/** From the span before `index` to it; less than 0 if it runs into it. */
function gap(spans: readonly Span[], index: number): number {
	return spans[index]!.first - spans[index - 1]!.last;
}
