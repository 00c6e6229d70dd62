import type { Point } from "../sensing/point";
import { QUANTITIES } from "../sensing/quantities";

/**
 * A point in InfluxDB's line protocol, with its time in seconds:
 * `ambient16,udid=10000fb38278 temperature=21.3,…,motionEvents=1i 1798761600`.
 * Quantities are floats, the number of events is an integer: the type of a field must never change.
 */
export function lineOf(udid: string, { time, readings, motionEvents }: Point): string {
	let fields = "";
	for (const { name } of QUANTITIES) {
		const value = readings[name];
		if (value !== undefined) fields += `${name}=${value},`;
	}
	return `ambient16,udid=${escapeTag(udid)} ${fields}motionEvents=${motionEvents}i ${time}`;
}

/** Escapes a tag value: comma, equals sign and space have a meaning there, and a line ends at a line feed. */
export function escapeTag(value: string): string {
	return value.replace(/[,= ]/g, "\\$&").replace(/[\r\n]/g, "");
}
