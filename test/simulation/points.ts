import { EPOCH } from "./clock";
import type { Machine } from "./machine";
import type { Taken } from "./servers";

interface Point {
	/** Seconds since 1970; several if windows were so short, as a clock jumped, that they have the same second. */
	times: number[];
	/** Of the world: its mean moment. */
	second: number;
	/** Position among all that were stored. */
	number: number;
	/** Sectors that had been erased by then. */
	erases: number;
	/** It may be missing: it was erased with its owner, refused, could not be stored, or others were stored over it. */
	excused: boolean;
	taken: boolean;
}

/** Bytes of a record in the ring: a point, and that points are done with. */
const POINT = 28;
const DONE = 12;
/** Bytes of records that a sector holds at least: behind its header, and before one that does not fit any more. */
const IN_SECTOR = 1024 - 24 - POINT;

/** Follows each window from the sensors into the database. */
export class Points {
	readonly #machine: Machine;
	/** By the second of the world. */
	readonly #points = new Map<number, Point>();
	#stored = 0;
	/** Errors that the wall clock had, with the moment from which on. */
	readonly #errors: { since: number; error: number }[] = [];
	/** Times given out in this start. */
	readonly #times = new Set<number>();
	/** Points stored, of which the database has none yet. */
	readonly #waiting = new Set<Point>();
	/** The ring was, or is being, erased as a whole. */
	#isFresh = true;
	/** Where the count of what the ring holds begins. */
	#base = { erases: 0, failures: 0 };
	/** Bytes that have been written into it since, at most. */
	#written = 0;

	constructor(machine: Machine) {
		this.#machine = machine;
	}

	/** How many wait that must not be lost. */
	get waiting(): number {
		return [...this.#waiting].filter(({ excused }) => !excused).length;
	}

	started(): void {
		this.#isFresh = true;
		this.#times.clear();
	}

	clockSet(error: number): void {
		const last = this.#errors.at(-1);
		if (last && Math.abs(last.error - error) < 500) return;
		this.#errors.push({ since: this.#machine.world.now, error });
		if (this.#errors.length > 200) this.#errors.shift();
	}

	/** The device tells of a window; `storing`: a database is set, and the flash takes it. */
	window(time: number, second: number, storing: boolean): void {
		const { world, storage } = this.#machine;
		// What measures the time has failed.
		if (second < 0) return;
		if (this.#times.has(time)) world.violate(`the time ${time} is given out twice in one run`);
		if (this.#times.size > 10_000) this.#times.clear();
		this.#times.add(time);
		if (time % 10 !== 0) world.violate(`the time ${time} is no multiple of 10`);
		this.#checkTime(time, second);
		if (!storing) return;
		this.#written += POINT;
		const twin = this.#points.get(second);
		if (twin) {
			twin.times.push(time);
			twin.excused = true;
			return;
		}
		const point = {
			times: [time],
			second,
			number: this.#stored++,
			erases: storage.erases,
			excused: false,
			taken: false,
		};
		this.#points.set(second, point);
		this.#waiting.add(point);
		this.#excuseStoredOver();
		this.#checkWaste();
		if (this.#points.size > 5_000) this.#points.delete(this.#points.keys().next().value as number);
	}

	/** The ring has gone round, and what was in its oldest sector is no more. */
	#excuseStoredOver(): void {
		const { world, storage } = this.#machine;
		for (const old of this.#waiting) {
			if (storage.erases - old.erases < storage.sectors - 1) break;
			old.excused = true;
			this.#waiting.delete(old);
			world.count("points stored over");
		}
	}

	/** What waits is nobody's any more, or could not be kept. */
	excuseAll(): void {
		this.#isFresh = true;
		for (const point of this.#waiting) point.excused = true;
		this.#waiting.clear();
	}

	refused(second: number): void {
		this.#written += DONE;
		const point = this.#points.get(second);
		if (!point) return;
		point.excused = true;
	}

	taken(points: readonly Taken[]): void {
		const { world } = this.#machine;
		world.count("points taken", points.length);
		this.#written += DONE;
		let last = -1;
		for (const { time, second } of points) {
			const point = this.#points.get(second);
			if (!point) {
				if (second < 0) continue;
				// Stored, but not told of: the power went.
				this.#checkTime(time, second);
				this.#points.set(second, {
					times: [time],
					second,
					number: -1,
					erases: 0,
					excused: true,
					taken: true,
				});
				continue;
			}
			if (!point.times.includes(time)) world.violate(`one window is stored under ${point.times} and ${time}`);
			if (point.number >= 0 && point.number < last)
				world.violate("points are not sent in the order of their windows");
			if (point.number >= 0) last = point.number;
			if (point.taken) world.count("points sent again");
			point.taken = true;
			this.#waiting.delete(point);
		}
		// A point alone may be a probe. Others come in their order, none is passed over.
		if (points.length < 2 || last < 0) return;
		// A note that points are done with may have taken a sector, as a point does.
		this.#excuseStoredOver();
		for (const waiting of this.#waiting) {
			if (waiting.number >= last) break;
			if (!waiting.excused) {
				world.violate(`the point of ${waiting.times} was passed over`);
				return;
			}
		}
	}

	/** A sector is erased when the one before is full, or was left by a write that failed. */
	#checkWaste(): void {
		const { storage, world } = this.#machine;
		if (this.#isFresh) return;
		const due = this.#written / IN_SECTOR + (storage.failures - this.#base.failures) + 2;
		if (storage.erases - this.#base.erases > due)
			world.violate("the ring of points is erased sooner than it is full");
	}

	/** After a callback of the device. */
	settled(): void {
		if (!this.#isFresh) return;
		this.#isFresh = false;
		const { erases, failures } = this.#machine.storage;
		this.#base = { erases, failures };
		this.#written = 0;
	}

	/** At the end, when all that could be sent must have been. */
	checkNoneLost(): void {
		// The last ones may be under way.
		const missing = [...this.#waiting].filter(({ excused, number }) => !excused && number < this.#stored - 3);
		if (missing.length > 0)
			this.#machine.world.violate(
				`${missing.length} points never came to the database, the first of ${missing[0]!.times} (second ${missing[0]!.second} of the world, number ${missing[0]!.number} of ${this.#stored})`,
			);
	}

	/**
	 * A window is at its time by the clock of then; or by the clock when that was first set, if it came before: then it
	 * began up to ten seconds after the time that it gets, and what was read of it may be of its end.
	 */
	#checkTime(time: number, second: number): void {
		const offset = time - (EPOCH / 1000 + second);
		const isRight = this.#errors.some(
			({ error }) => offset >= error / 1000 - 21 && offset <= error / 1000 + 3,
		);
		if (!isRight)
			this.#machine.world.violate(
				`a window of the second ${second} has the time ${time}, which is off by ${offset} s`,
			);
	}
}
