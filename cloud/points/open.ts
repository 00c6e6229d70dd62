import { join } from "node:path";
import type { Config } from "../config";
import { InfluxPoints } from "./influx";
import { tiersOf } from "./retention";
import { SqlitePoints } from "./sqlite";
import type { PointStore } from "./store";
import { VictoriaPoints } from "./victoria";

/**
 * Where points are kept: a file of the folder, or, by POINTS_URL, InfluxDB if it has `?db=` or `?bucket=`, and
 * VictoriaMetrics otherwise.
 */
export function openPoints({ folder, pointsUrl, keepDays }: Config, clock: () => number): PointStore {
	if (pointsUrl === undefined)
		return new SqlitePoints({ file: join(folder, "points.sqlite"), tiers: tiersOf(keepDays), clock });
	const url = new URL(pointsUrl);
	const isInflux = url.searchParams.has("db") || url.searchParams.has("bucket");
	return isInflux ? new InfluxPoints(url) : new VictoriaPoints(url);
}
