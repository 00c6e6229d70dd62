const BARS = "▁▂▃▄▅▆▇█";

/** The last `width` values as a row of bars, from the least of them to the most. */
export function sparkline(values: readonly number[], width: number): string {
	const shown = values.slice(-width);
	const least = Math.min(...shown);
	const range = Math.max(...shown) - least || 1;
	return shown.map((value) => BARS[Math.min(7, Math.floor((8 * (value - least)) / range))]).join("");
}
