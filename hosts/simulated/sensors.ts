import type { Clock, Motion, Readings, Sensors, Timer, Timers } from "../host";
import { Room } from "./room";

/** How often is looked whether somebody passed. */
const LOOK_INTERVAL = 1_000;
/** After a longer gap in time (the clock was set, the computer slept) only the end of it is looked at. */
const LONGEST_GAP = 60_000;
const MINUTE = 60_000;

export interface SensorsOptions {
	seed: number;
	clock: Clock;
	timers: Timers;
	onException(error: unknown): void;
}

/** The sensors of a simulated room, in which it is the hour that it is here. */
export class SimulatedSensors implements Sensors {
	onMotion: (motion: Motion) => void = () => {};
	#room: Room;
	#options: SensorsOptions;
	#looked: number;
	#timer: Timer;

	constructor(options: SensorsOptions) {
		this.#options = options;
		this.#room = new Room(options.seed);
		this.#looked = this.#localTime();
		this.#timer = options.timers.repeat(() => this.#look(), LOOK_INTERVAL);
	}

	read(): Readings {
		return this.#room.read(this.#localTime());
	}

	/** Somebody passes now. */
	move(motion: Motion): void {
		try {
			this.onMotion(motion);
		} catch (error) {
			this.#options.onException(error);
		}
	}

	close(): void {
		this.#options.timers.clear(this.#timer);
	}

	#look(): void {
		const now = this.#localTime();
		const gap = now - this.#looked;
		const from = gap >= 0 && gap <= LONGEST_GAP ? this.#looked : now - LOOK_INTERVAL;
		this.#looked = now;
		const motion = this.#room.passage(from, now);
		if (motion) this.move(motion);
	}

	#localTime(): number {
		const now = this.#options.clock.now();
		return now - new Date(now).getTimezoneOffset() * MINUTE;
	}
}
