import type { Clock, Co2Sensor, Co2Settings, Motion, Readings, Sensors, Timer, Timers } from "../host";
import { Room } from "./room";

/** How often is looked whether somebody passed. */
const LOOK_INTERVAL = 1_000;
/** After a longer gap in time (the clock was set, the computer slept) only the end of it is looked at. */
const LONGEST_GAP = 60_000;
const MINUTE = 60_000;
/** What a breath adds at first. Exhaled air has 40,000 ppm of CO2 and is nearly saturated, but it is little air. */
const BREATH_CO2 = 1_800;
const BREATH_HUMIDITY = 14;
/** ms for which somebody who passes is in sight, and the movement that a reading sees of it. */
const PASSING = 3_000;
const PASSING_MOTION = 12;

/** As an SCD4x: what it takes for its own warmth by itself, ms until it may be recalibrated, and for how long that takes. */
const USUAL_OFFSET = 4;
const SETTLED = 180_000;
const RECALIBRATION = 1_000;

export interface SensorsOptions {
	seed: number;
	clock: Clock;
	timers: Timers;
	onException(error: unknown): void;
}

/** The sensors of a simulated room, in which it is the hour that it is here. */
export class SimulatedSensors implements Sensors, Co2Sensor {
	onMotion: (motion: Motion) => void = () => {};
	#room: Room;
	#options: SensorsOptions;
	#looked: number;
	/** On the monotonic clock. */
	#breathed = Number.NEGATIVE_INFINITY;
	#passed = Number.NEGATIVE_INFINITY;
	#timer: Timer;
	#offset = USUAL_OFFSET;
	/** ppm that are added to what there is. */
	#correction = 0;
	#started: number;
	#recalibration: Timer;
	readonly co2: Co2Sensor = this;

	constructor(options: SensorsOptions) {
		this.#options = options;
		this.#room = new Room(options.seed);
		this.#looked = this.#localTime();
		this.#timer = options.timers.repeat(() => this.#look(), LOOK_INTERVAL);
		this.#started = options.clock.monotonic();
	}

	/** The altitude changes nothing: the room has the pressure of the sea. */
	configure(settings: Co2Settings | null): void {
		this.#offset = settings?.temperatureOffset ?? USUAL_OFFSET;
		// As it measures anew.
		this.#started = this.#options.clock.monotonic();
	}

	read(): Readings {
		const { clock } = this.#options;
		const room = breath(this.#room.read(this.#localTime()), clock.monotonic() - this.#breathed);
		const readings = {
			...room,
			temperature: round(room.temperature + USUAL_OFFSET - this.#offset),
			co2: room.co2 + this.#correction,
		};
		const passes = clock.monotonic() - this.#passed < PASSING;
		return passes ? { ...readings, motion: readings.motion + PASSING_MOTION } : readings;
	}

	/** Somebody breathes on them now. */
	breathe(): void {
		this.#breathed = this.#options.clock.monotonic();
	}

	/** Somebody passes now. */
	move(motion: Motion): void {
		this.#passed = this.#options.clock.monotonic();
		try {
			this.onMotion(motion);
		} catch (error) {
			this.#options.onException(error);
		}
	}

	close(): void {
		this.#options.timers.clear(this.#timer);
		this.#options.timers.clear(this.#recalibration);
	}

	get unready(): string | undefined {
		const settled = this.#options.clock.monotonic() - this.#started >= SETTLED;
		return settled ? undefined : "the CO2 sensor has to measure for 3 minutes first";
	}

	recalibrate(co2: number, done: (worked: boolean) => void): void {
		const { clock, timers } = this.#options;
		this.#started = clock.monotonic();
		this.#recalibration = timers.once(() => {
			this.#correction = co2 - this.#room.read(this.#localTime()).co2;
			done(true);
		}, RECALIBRATION);
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

/** What is read of a room `elapsed` ms after somebody breathed on the sensors: after a minute the air has mixed. */
function breath(room: Required<Readings>, elapsed: number): Required<Readings> {
	if (elapsed >= MINUTE) return room;
	const left = (1 - elapsed / MINUTE) ** 2;
	return {
		...room,
		co2: Math.round(room.co2 + BREATH_CO2 * left),
		humidity: Math.min(round(room.humidity + BREATH_HUMIDITY * left), 100),
	};
}

function round(value: number): number {
	return Math.round(value * 100) / 100;
}
