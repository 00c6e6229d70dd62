import type { Sample } from "./point";

const WIDTH = 100;
const HEIGHT = 28;

/**
 * A line without axes, as the `d` of an SVG path in a box of 100 by 28, broken where nothing was measured. `step`:
 * seconds of a sample; `least`: what the height stands for at least, so that noise stays flat.
 */
export function sparkOf(
	samples: readonly Sample[],
	{ from, to, step, least }: { from: number; to: number; step: number; least: number },
): string {
	const means = samples.map(({ mean }) => mean);
	const [min, max] = [Math.min(...means), Math.max(...means)];
	const range = Math.max(max - min, least);
	const floor = (min + max - range) / 2;
	let path = "";
	let last = Number.NEGATIVE_INFINITY;
	for (const { time, mean } of samples) {
		const x = ((Math.max(time, from) - from) / (to - from)) * WIDTH;
		const y = HEIGHT - 2 - ((mean - floor) / range) * (HEIGHT - 4);
		path += `${time - last > step * 2 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`;
		last = time;
	}
	return path;
}
