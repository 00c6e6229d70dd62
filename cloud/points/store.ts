import type { KeptPoint, Point, Quantity, Sample } from "./point";

/**
 * Where points are kept. Sensors are named by the id that their account knows them by. Rejects if the database
 * cannot be reached or written.
 */
export interface PointStore {
	/** Keeps points once: one whose time is there already changes nothing. What is resolved outlives the process. */
	write(sensor: string, points: readonly Point[]): Promise<void>;
	/** The newest point; undefined if there is none of the last 90 days. */
	last(sensor: string): Promise<Point | undefined>;
	/**
	 * One quantity: a sample for each `step` (one of STEPS) in which there was a point, from that which `from` is in to
	 * the last that begins before `to` (seconds since 1970), oldest first. What has been thinned comes as coarse as it is kept.
	 */
	query(sensor: string, quantity: Quantity, from: number, to: number, step: number): Promise<Sample[]>;
	/** All that is kept, oldest first, each part as finely as it is kept. */
	export(sensor: string): AsyncIterable<KeptPoint>;
	/** Leaves nothing of the sensor. */
	erase(sensor: string): Promise<void>;
	/** Drops what is older than it is to be kept. To be asked now and then. */
	thin(): Promise<void>;
	close(): Promise<void>;
}
