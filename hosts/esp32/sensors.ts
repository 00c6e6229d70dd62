import type { Clock, Co2Sensor, Co2Settings, Motion, Readings, Sensors, Timers } from "../host";
import { guard } from "../moddable/guard";

/** ms between two looks at whether somebody moves: a hand passes in some 200 ms. */
const LOOK_INTERVAL = 100;
/** ms after which a sensor that is absent is looked for again. */
const RETRY_TIME = 60_000;

/** A sensor that answers. */
export interface Sensor {
	/** What is new since the last reading. Throws if the sensor does not answer any more. */
	read(): Readings;
	/** A look at the movement now, for sensors that see any; what passed since the last look. Throws likewise. */
	look?(): Motion | undefined;
	/** Of a sensor for CO2. */
	co2?: Co2Sensor;
	/** Throws if the sensor does not take them. */
	configure?(settings: Co2Settings | null): void;
	/** Frees the bus; throws if it cannot. */
	close(): void;
}

export interface SensorSource {
	name: string;
	/** A board does not need to have it: no problem if it is not there. One that falls silent is told all the same. */
	optional?: boolean;
	/** Throws if the sensor is not there. `settings` are for one for CO2. */
	open(settings: Co2Settings | null): Sensor;
}

export interface BoardSensorsOptions {
	sources: readonly SensorSource[];
	clock: Pick<Clock, "monotonic">;
	timers: Timers;
	onProblem(message: string): void;
}

/** The sensors on the board. One that is absent, or falls silent, is reported once and looked for now and then. */
export class BoardSensors implements Sensors {
	onMotion: (motion: Motion) => void = () => {};
	#slots: Slot[];

	constructor({ sources, clock, timers, onProblem }: BoardSensorsOptions) {
		this.#slots = sources.map((source) => new Slot(source, clock, onProblem));
		if (sources.length > 0) timers.repeat(() => this.#look(), LOOK_INTERVAL);
	}

	read(): Readings {
		const readings: Readings = {};
		for (const slot of this.#slots) Object.assign(readings, slot.read());
		return readings;
	}

	get co2(): Co2Sensor | undefined {
		for (const slot of this.#slots) if (slot.co2) return slot.co2;
		return undefined;
	}

	configure(settings: Co2Settings | null): void {
		for (const slot of this.#slots) slot.configure(settings);
	}

	#look(): void {
		for (const slot of this.#slots) {
			const motion = slot.look();
			if (motion) this.onMotion(motion);
		}
	}
}

/** Where one sensor is, or should be. */
class Slot {
	#source: SensorSource;
	#clock: Pick<Clock, "monotonic">;
	#onProblem: (message: string) => void;
	#sensor: Sensor | undefined;
	#retry = Number.NEGATIVE_INFINITY;
	#reported = false;
	#settings: Co2Settings | null = null;

	constructor(source: SensorSource, clock: Pick<Clock, "monotonic">, onProblem: (message: string) => void) {
		this.#source = source;
		this.#clock = clock;
		this.#onProblem = onProblem;
	}

	read(): Readings {
		this.#find();
		return this.#ask((sensor) => sensor.read()) ?? {};
	}

	look(): Motion | undefined {
		return this.#ask((sensor) => sensor.look?.());
	}

	get co2(): Co2Sensor | undefined {
		return this.#sensor?.co2;
	}

	configure(settings: Co2Settings | null): void {
		this.#settings = settings;
		this.#ask((sensor) => sensor.configure?.(settings));
	}

	#find(): void {
		const now = this.#clock.monotonic();
		if (this.#sensor || now < this.#retry) return;
		this.#retry = now + RETRY_TIME;
		try {
			this.#sensor = this.#source.open(this.#settings);
			this.#reported = false;
		} catch {
			if (!this.#source.optional) this.#report("is not there");
		}
	}

	#ask<T>(question: (sensor: Sensor) => T): T | undefined {
		const sensor = this.#sensor;
		if (!sensor) return undefined;
		try {
			return question(sensor);
		} catch {
			this.#sensor = undefined;
			this.#retry = this.#clock.monotonic() + RETRY_TIME;
			guard(
				() => sensor.close(),
				() => {},
			);
			this.#report("does not answer");
			return undefined;
		}
	}

	#report(what: string): void {
		if (!this.#reported) this.#onProblem(`the sensor ${this.#source.name} ${what}`);
		this.#reported = true;
	}
}
