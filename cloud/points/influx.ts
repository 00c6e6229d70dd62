import { checked, HttpDatabase, linesOf } from "./http-database";
import { isQuantity, type KeptPoint, type Point, type Quantity, type Sample, WINDOW } from "./point";
import type { PointStore } from "./store";

/** Points that are exported at a time. */
const ROWS = 5_000;

interface Series {
	columns: string[];
	values: (number | string | null)[][];
}

/**
 * Points in InfluxDB: a database of 1.x (`?db=`), or a bucket of 2.x (`?org=&bucket=`, with a token). It is asked in
 * InfluxQL, which both understand. How long it keeps points is the retention of the database or the bucket.
 */
export class InfluxPoints implements PointStore {
	readonly #database: HttpDatabase;
	/** Empty for 1.x. */
	readonly #bucket: Record<string, string>;
	readonly #db: string;

	constructor(url: URL) {
		this.#database = new HttpDatabase(url);
		const [db, org, bucket] = ["db", "org", "bucket"].map((name) => url.searchParams.get(name));
		this.#bucket = bucket ? { ...(org && { org }), bucket } : {};
		this.#db = bucket ?? db ?? "";
	}

	async write(sensor: string, points: readonly Point[]): Promise<void> {
		const body = linesOf(sensor, points);
		if (body === "") return;
		const { bucket } = this.#bucket;
		const path = bucket ? "/api/v2/write" : "/write";
		const to = bucket ? this.#bucket : { db: this.#db };
		await this.#database.ask(path, { ...to, precision: "s" }, { method: "POST", body });
	}

	async last(sensor: string): Promise<Point | undefined> {
		return (await this.#points(`sensor = '${checked(sensor)}' ORDER BY time DESC LIMIT 1`))[0];
	}

	async query(sensor: string, quantity: Quantity, from: number, to: number, step: number): Promise<Sample[]> {
		const begin = from - (from % step);
		const end = Math.ceil(to / step) * step;
		const series = await this.#ask(
			`SELECT mean("${quantity}"), min("${quantity}"), max("${quantity}") FROM ambient16
			WHERE sensor = '${checked(sensor)}' AND time >= ${begin}s AND time < ${end}s GROUP BY time(${step}s) fill(none)`,
		);
		return (series?.values ?? []).map((row) => {
			const [time, mean, min, max] = row as [number, number, number, number];
			return { time, mean, min, max };
		});
	}

	async *export(sensor: string): AsyncIterable<KeptPoint> {
		for (let after = -1; ; ) {
			const points = await this.#points(
				`sensor = '${checked(sensor)}' AND time > ${after}s ORDER BY time LIMIT ${ROWS}`,
			);
			for (const point of points) yield { ...point, step: WINDOW };
			const last = points.at(-1);
			if (!last || points.length < ROWS) return;
			after = last.time;
		}
	}

	async erase(sensor: string): Promise<void> {
		if (!this.#bucket.bucket) {
			await this.#ask(`DROP SERIES FROM ambient16 WHERE sensor = '${checked(sensor)}'`);
			return;
		}
		const body = JSON.stringify({
			start: "1970-01-01T00:00:00Z",
			stop: "2200-01-01T00:00:00Z",
			predicate: `_measurement="ambient16" AND sensor="${checked(sensor)}"`,
		});
		await this.#database.ask("/api/v2/delete", this.#bucket, { method: "POST", body });
	}

	/** It does that itself. */
	async thin(): Promise<void> {}

	async close(): Promise<void> {}

	async #points(condition: string): Promise<Point[]> {
		const series = await this.#ask(`SELECT * FROM ambient16 WHERE ${condition}`);
		return (series?.values ?? []).map((row) => {
			const point: Point = { time: row[0] as number, values: {} };
			series?.columns.forEach((name, index) => {
				const value = row[index];
				if (isQuantity(name) && typeof value === "number") point.values[name] = value;
			});
			return point;
		});
	}

	async #ask(q: string): Promise<Series | undefined> {
		const text = await this.#database.ask("/query", { db: this.#db, epoch: "s", q }, { method: "POST" });
		const [result]: { error?: string; series?: Series[] }[] = JSON.parse(text).results;
		if (result?.error) throw new Error(`the database of points answers: ${result.error}`);
		return result?.series?.[0];
	}
}
