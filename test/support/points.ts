import type { PointLog } from "../../modules/cloud/point-log";
import type { Point } from "../../modules/sensing/point";

/** Up to `count` of the points that wait. */
export function pointsOf(log: PointLog, count: number): { number: number; point: Point }[] {
	const points: { number: number; point: Point }[] = [];
	log.read(count, 0, (point, number) => points.push({ number, point }));
	return points;
}
