import { checked, HttpDatabase, linesOf } from "./http-database";
import { isQuantity, type KeptPoint, type Point, type Quantity, type Sample, WINDOW } from "./point";
import type { PointStore } from "./store";

/** s; as much is exported at a time. */
const DAY = 86_400;
/** How far is looked back for the newest point: as a rule it is of now, and days of points cost time. */
const RECENT = ["5m", "90d"];
/** And for the first. */
const EVER = "50y";

interface Series<Value> {
	metric: { __name__?: string };
	value?: Value;
	values?: Value[];
}

/**
 * Points in VictoriaMetrics. It has to run with `-dedup.minScrapeInterval=1ms`, or a point that comes again is there
 * twice; how long it keeps them is its `-retentionPeriod`. It answers a write a moment before that is on its disk.
 */
export class VictoriaPoints implements PointStore {
	readonly #database: HttpDatabase;

	constructor(url: URL) {
		this.#database = new HttpDatabase(url);
	}

	async write(sensor: string, points: readonly Point[]): Promise<void> {
		const body = linesOf(sensor, points);
		if (body !== "") await this.#database.ask("/write", { precision: "s" }, { method: "POST", body });
	}

	async last(sensor: string): Promise<Point | undefined> {
		for (const span of RECENT) {
			const end = await this.#edge("tlast_over_time", sensor, span, Math.max);
			if (end !== undefined) return (await this.#points(sensor, end, end)).at(-1);
		}
		return undefined;
	}

	async query(sensor: string, quantity: Quantity, from: number, to: number, step: number): Promise<Sample[]> {
		const series = `ambient16_${quantity}{sensor="${checked(sensor)}"}[${step}s]`;
		// What is asked for a time is of the seconds up to it, with it.
		const until = step - 1;
		const ask = async (name: string) => {
			const answer = await this.#ask<[number, string]>("/api/v1/query_range", {
				query: `${name}_over_time(${series})`,
				start: `${from - (from % step) + until}`,
				end: `${to - 1 - ((to - 1) % step) + until}`,
				step: `${step}s`,
				// Else it shifts the times to where its cache has them.
				nocache: "1",
			});
			return answer[0]?.values ?? [];
		};
		const [means, least, most] = await Promise.all([ask("avg"), ask("min"), ask("max")]);
		return means.map(([time, mean], index) => ({
			time: time - until,
			mean: Number(mean),
			min: Number(least[index]?.[1]),
			max: Number(most[index]?.[1]),
		}));
	}

	async *export(sensor: string): AsyncIterable<KeptPoint> {
		const begin = await this.#edge("tfirst_over_time", sensor, EVER, Math.min);
		const end = await this.#edge("tlast_over_time", sensor, EVER, Math.max);
		if (begin === undefined || end === undefined) return;
		for (let from = begin; from <= end; from += DAY)
			for (const point of await this.#points(sensor, from, Math.min(from + DAY - 1, end)))
				yield { ...point, step: WINDOW };
	}

	async erase(sensor: string): Promise<void> {
		const query = { "match[]": `{sensor="${checked(sensor)}"}` };
		await this.#database.ask("/api/v1/admin/tsdb/delete_series", query, { method: "POST" });
	}

	/** It does that itself. */
	async thin(): Promise<void> {}

	async close(): Promise<void> {}

	/** The time of the first or the last point. */
	async #edge(
		rollup: string,
		sensor: string,
		span: string,
		choose: (...times: number[]) => number,
	): Promise<number | undefined> {
		const query = `${rollup}({__name__=~"ambient16_.+",sensor="${checked(sensor)}"}[${span}]) keep_metric_names`;
		const answer = await this.#ask<[number, string]>("/api/v1/query", { query, nocache: "1" });
		const times = answer.map(({ value }) => Number(value?.[1]));
		return times.length === 0 ? undefined : choose(...times);
	}

	/** Points of these times, both with them. */
	async #points(sensor: string, start: number, end: number): Promise<Point[]> {
		const query = { "match[]": `{sensor="${checked(sensor)}"}`, start: `${start}`, end: `${end}` };
		const points = new Map<number, Point>();
		for (const line of (await this.#database.ask("/api/v1/export", query)).split("\n").filter(Boolean)) {
			const { metric, values = [], timestamps }: Series<number> & { timestamps: number[] } = JSON.parse(line);
			const name = metric.__name__?.replace("ambient16_", "") ?? "";
			if (!isQuantity(name)) continue;
			timestamps.forEach((ms, index) => {
				const time = ms / 1000;
				const point = points.get(time) ?? { time, values: {} };
				point.values[name] = values[index] as number;
				points.set(time, point);
			});
		}
		return [...points.values()].sort((a, b) => a.time - b.time);
	}

	async #ask<Value>(path: string, query: Record<string, string>): Promise<Series<Value>[]> {
		return JSON.parse(await this.#database.ask(path, query)).data.result;
	}
}
