import { type Data, UnreachableError, type Verbs } from "../node.js";
import { sparkline } from "./chart.js";

const UNITS: Readonly<Record<string, string>> = {
	temperature: "°C",
	humidity: "%",
	pressure: "Pa",
	illuminance: "lx",
	co2: "ppm",
};

/** ms between two looks for new readings. */
const INTERVAL = 2_000;
/** How many windows a chart shows. */
const CHART = 40;

/** The quantities of the latest window, a line each. */
export function describeData(data: Data): string {
	const lines = list(data).map((each) => line(each).trimEnd());
	return lines.join("\n") || "no window yet";
}

/** Prints what comes until it is interrupted, and goes on after a pause of the sensor's. */
export async function watch(sensor: Verbs, json: boolean): Promise<never> {
	const history = new Map<string, number[]>();
	let last: number | null | undefined;
	let drawn = 0;
	let away = false;
	for (;;) {
		const data = await sensor.data().catch((error) => {
			// Also at the beginning it is told at once.
			if (!(error instanceof UnreachableError) || last === undefined) throw error;
			if (!away) console.error(`${error.message}; it is tried again`);
			away = true;
			drawn = 0;
			return undefined;
		});
		if (data) away = false;
		if (data?.window && data.window.time !== last) {
			last = data.window.time;
			if (json) console.log(JSON.stringify(data));
			else drawn = draw(data, history, drawn);
		}
		await new Promise((resolve) => setTimeout(resolve, INTERVAL));
	}
}

/** Over the lines from before, where there is a terminal to draw on. Returns how many lines there are now. */
function draw(data: Data, history: Map<string, number[]>, drawn: number): number {
	const lines = list(data).map(([name, value]) => {
		const values = [...(history.get(name) ?? []), value].slice(-CHART);
		history.set(name, values);
		return `${line([name, value])}  ${sparkline(values, CHART)}`;
	});
	if (process.stdout.isTTY && drawn > 0) process.stdout.write(`\u001b[${drawn}A\u001b[J`);
	console.log(lines.join("\n"));
	return lines.length;
}

function line([name, value]: [string, number]): string {
	return `${name.padEnd(13)}${String(value).padStart(8)} ${(UNITS[name] ?? "").padEnd(3)}`;
}

function list({ window }: Data): [string, number][] {
	if (!window) return [];
	const { time: _time, seconds: _seconds, samples: _samples, ...quantities } = window;
	return Object.entries(quantities);
}
