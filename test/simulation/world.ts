import { Random } from "./random";
import { Schedule } from "./schedule";

/** Something that must not be was seen. */
export class Violation extends Error {}

/** What everything in a simulated world shares: its time, its seed, what was seen, and what has gone wrong. */
export class World {
	readonly schedule = new Schedule();
	readonly random: Random;
	/** How often each thing happened: faults that were injected, states that were reached. */
	readonly counts = new Map<string, number>();
	/** The first thing that must not be. */
	violation: Violation | undefined;
	/** Shows what happens, a line each. */
	log: ((line: string) => void) | undefined;
	#trace = 0x811c9dc5;

	constructor(seed: string) {
		this.random = new Random(seed);
	}

	get now(): number {
		return this.schedule.now;
	}

	/** A number that all that has happened so far is mixed into. */
	get trace(): string {
		return (this.#trace >>> 0).toString(16).padStart(8, "0");
	}

	note(what: string): void {
		let hash = Math.imul(this.#trace ^ this.now, 0x01000193);
		for (let i = 0; i < what.length; i++) hash = Math.imul(hash ^ what.charCodeAt(i), 0x01000193);
		this.#trace = hash;
		this.log?.(`${stamp(this.now)} ${what}`);
	}

	count(what: string, by = 1): void {
		this.counts.set(what, (this.counts.get(what) ?? 0) + by);
	}

	violate(what: string): void {
		if (this.violation) return;
		this.violation = new Violation(`after ${stamp(this.now)}: ${what}`);
		this.note(`VIOLATION ${what}`);
	}
}

/** Time since the world began, as d hh:mm:ss.mmm. */
export function stamp(ms: number): string {
	const pad = (value: number, digits = 2) => String(Math.floor(value)).padStart(digits, "0");
	return `${Math.floor(ms / 86_400_000)}d ${pad((ms / 3_600_000) % 24)}:${pad((ms / 60_000) % 60)}:${pad((ms / 1000) % 60)}.${pad(ms % 1000, 3)}`;
}
