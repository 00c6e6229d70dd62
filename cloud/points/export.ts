import { type KeptPoint, QUANTITIES } from "./point";

/** Points as CSV (RFC 4180), with a row of headings. Times are UTC; `seconds` says how long a row is the mean of. */
export async function* csv(points: AsyncIterable<KeptPoint>): AsyncIterable<string> {
	yield `time,seconds,${QUANTITIES.map(({ name }) => name).join(",")}\r\n`;
	for await (const { time, step, values } of points) {
		const row = [timeOf(time), step, ...QUANTITIES.map(({ name }) => values[name] ?? "")];
		yield `${row.join(",")}\r\n`;
	}
}

/** Points as a JSON array, a point a line. */
export async function* json(points: AsyncIterable<KeptPoint>): AsyncIterable<string> {
	let before = "[\n";
	for await (const { time, step, values } of points) {
		yield before + JSON.stringify({ time: timeOf(time), seconds: step, ...values });
		before = ",\n";
	}
	yield before === "[\n" ? "[]\n" : "\n]\n";
}

function timeOf(seconds: number): string {
	return new Date(seconds * 1000).toISOString().replace(".000", "");
}
