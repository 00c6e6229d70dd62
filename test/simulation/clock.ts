import type { Clock, Timers } from "../../hosts/host";
import type { Random } from "./random";
import type { Happening } from "./schedule";
import type { World } from "./world";

/** Wall time at the beginning of the world, ms since 1970. */
export const EPOCH = 1_798_761_600_000;
/** ms that a timer may be late. */
export const LATENESS = 100;

/** The wall clock of one start of a device: unset, then right, then as wrong as somebody makes it. */
export class SimulatedClock implements Clock {
	synced = false;
	/** ms: when it was set last. */
	setAt = 0;
	/** It was set. */
	onSet = (): void => {};
	readonly #world: World;
	readonly #start: number;
	/** ms by which it is wrong. */
	#error: number;
	/** ms a day. */
	#drift = 0;
	#driftSince = 0;

	/** `age`: ms that the device takes from its power to its firmware. */
	constructor(world: World, age: number) {
		this.#world = world;
		this.#start = world.now - age;
		this.#error = -(EPOCH + this.#start);
	}

	now(): number {
		return EPOCH + this.#world.now + this.error;
	}

	monotonic(): number {
		return this.#world.now - this.#start;
	}

	get error(): number {
		return Math.round(this.#error + (this.#drift * (this.#world.now - this.#driftSince)) / 86_400_000);
	}

	/** It is set, with such an error, and drifts from there. */
	set(error: number, drift: number): void {
		this.synced = true;
		this.#error = error;
		this.#drift = drift;
		this.#driftSince = this.setAt = this.#world.now;
		this.onSet();
	}
}

/** The timers of one start of a device: none is early, and some are late. */
export class SimulatedTimers implements Timers {
	readonly #pending = new Set<Happening>();
	readonly #repeating = new Map<object, { happening: Happening }>();
	readonly #world: World;
	readonly #random: Random;
	readonly #run: (callback: () => void) => void;

	constructor(world: World, random: Random, run: (callback: () => void) => void) {
		this.#world = world;
		this.#random = random;
		this.#run = run;
	}

	/** How many wait. */
	get pending(): number {
		return this.#pending.size;
	}

	once(callback: () => void, ms: number): unknown {
		if (!(ms >= 0)) this.#world.violate(`a timer of ${ms} ms`);
		return this.#after(ms, callback);
	}

	repeat(callback: () => void, ms: number): unknown {
		const timer = { happening: undefined as unknown as Happening };
		const again = () => {
			timer.happening = this.#after(ms, () => {
				again();
				callback();
			});
		};
		again();
		this.#repeating.set(timer, timer);
		return timer;
	}

	clear(timer: unknown): void {
		if (timer === undefined) return;
		const repeating = this.#repeating.get(timer as object);
		this.#repeating.delete(timer as object);
		const happening = repeating?.happening ?? (timer as Happening);
		happening.run = undefined;
		this.#pending.delete(happening);
	}

	/** The device is no more. */
	clearAll(): void {
		for (const happening of this.#pending) happening.run = undefined;
		this.#pending.clear();
		this.#repeating.clear();
	}

	#after(ms: number, callback: () => void): Happening {
		const late = this.#random.chance(0.02) ? this.#random.below(LATENESS) : this.#random.below(3);
		const happening = this.#world.schedule.after(Math.ceil(ms) + late, () => {
			this.#pending.delete(happening);
			this.#run(callback);
		});
		this.#pending.add(happening);
		return happening;
	}
}
