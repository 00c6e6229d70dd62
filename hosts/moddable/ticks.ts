/**
 * Makes of a 32-bit count of ms, which starts again at 0 after 49.7 days, one that only rises. To be asked more
 * often than that.
 */
export function rising(ticks: () => number): () => number {
	let last = ticks() >>> 0;
	let total = 0;
	return () => {
		const now = ticks() >>> 0;
		total += (now - last) >>> 0;
		last = now;
		return total;
	};
}
