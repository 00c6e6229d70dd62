import type { Clock, Co2Sensor, Co2Settings, Readings } from "../host";
import type { SensorOptions } from "./i2c";
import { SensirionBus } from "./sensirion";
import type { Sensor } from "./sensors";

/** Of the data sheet (version 1.4, 3.5 to 3.10), each with the ms that the sensor wants to be left alone afterwards. */
const STOP = { code: [0x3f, 0x86], time: 500 };
const SET_TEMPERATURE_OFFSET = { code: [0x24, 0x1d], time: 1 };
const SET_ALTITUDE = { code: [0x24, 0x27], time: 1 };
const START = { code: [0x21, 0xb1], time: 0 };
const ASK_READY = { code: [0xe4, 0xb8], time: 1 };
const ASK_MEASUREMENT = { code: [0xec, 0x05], time: 1 };
const RECALIBRATE = { code: [0x36, 0x2f], time: 400 };

/** Of the answer to ASK_READY, the bits that are 0 as long as there is nothing new. */
const READY = 0x7ff;
/** ms: it measures every 5 s. One that has nothing new for three times as long does not measure any more. */
const LATE = 15_000;
/** ms that it has to have measured in the air by which it is recalibrated. */
const SETTLED = 180_000;
const RECALIBRATION_FAILED = 0xffff;

/** A command that is to be sent, and what reads the answer once the sensor has it. */
interface Step {
	code: readonly number[];
	time: number;
	word?: number;
	/** It returns what was measured, if that is it. */
	read?(bus: SensirionBus): Readings | undefined;
}

export interface Scd4xOptions {
	sensor: SensorOptions;
	clock: Pick<Clock, "monotonic">;
	/** As the data sheet has them if there are none. */
	settings?: Co2Settings | null;
}

const USUAL: Co2Settings = { temperatureOffset: 4, altitude: 0 };

/**
 * Sensirion SCD40 and SCD41: CO2, temperature and humidity, measured every 5 s. It wants pauses between commands: each
 * call of `read` does the one thing that it is ready for, and nobody waits.
 */
export class Scd4x implements Sensor, Co2Sensor {
	readonly co2: Co2Sensor = this;
	readonly #bus: SensirionBus;
	readonly #clock: Pick<Clock, "monotonic">;
	/** What is to be done before it is asked for measurements. */
	#steps: Step[] = [];
	/** Whose answer is awaited. */
	#asked: Step | undefined;
	/** The sensor is left alone until then. */
	#idleUntil = 0;
	/** When it began to measure; undefined while it does not. */
	#measuringSince: number | undefined;
	/** When there was something new, or it began to measure. */
	#heard = 0;
	#recalibrated: ((worked: boolean) => void) | undefined;
	#settings: Co2Settings;

	/** Throws if it is not there. */
	constructor({ sensor, clock, settings }: Scd4xOptions) {
		this.#clock = clock;
		this.#settings = settings ?? USUAL;
		this.#bus = new SensirionBus(sensor);
		this.#restart([]);
		try {
			// It may have been measuring when the chip started, and takes nothing else then.
			this.#next();
		} catch (error) {
			this.#bus.close();
			throw error;
		}
	}

	/** Measuring pauses for some seconds. The sensor forgets the settings with its power, as its flash wears. */
	configure(settings: Co2Settings | null): void {
		this.#settings = settings ?? USUAL;
		if (this.#measuringSince !== undefined) this.#restart([]);
		else {
			const others = this.#steps.filter(
				({ code }) => code !== SET_TEMPERATURE_OFFSET.code && code !== SET_ALTITUDE.code,
			);
			this.#steps = [...others.slice(0, -1), ...this.#set(), START];
		}
	}

	/** Of the data sheet, 3.7.1. */
	get unready(): string | undefined {
		if (this.#recalibrated) return "a recalibration is under way";
		const since = this.#measuringSince;
		const isSettled = since !== undefined && this.#clock.monotonic() - since >= SETTLED;
		return isSettled ? undefined : "the CO2 sensor has to measure for 3 minutes first";
	}

	/** `co2`: 400 to 2000 ppm (forced recalibration). Throws a RangeError if it may not be done now. */
	recalibrate(co2: number, done: (worked: boolean) => void): void {
		if (this.unready !== undefined) throw new RangeError(this.unready);
		this.#recalibrated = done;
		this.#restart([{ ...RECALIBRATE, word: co2, read: (bus) => this.#readCorrection(bus) }]);
	}

	/** What is new. Throws if the sensor does not answer, answers what its CRC disproves, or measures no more. */
	read(): Readings {
		if (this.#clock.monotonic() < this.#idleUntil) return {};
		const asked = this.#asked;
		this.#asked = undefined;
		const readings = asked?.read?.(this.#bus);
		this.#next();
		return readings ?? {};
	}

	close(): void {
		this.#endRecalibration(false);
		this.#bus.close();
	}

	/** Takes settings and `steps` only while it does not measure (3.1). */
	#restart(steps: Step[]): void {
		this.#measuringSince = undefined;
		this.#steps = [STOP, ...this.#set(), ...steps, START];
	}

	#set(): Step[] {
		const { temperatureOffset, altitude } = this.#settings;
		return [
			{ ...SET_TEMPERATURE_OFFSET, word: Math.round((temperatureOffset * 65_535) / 175) },
			{ ...SET_ALTITUDE, word: altitude },
		];
	}

	/** Sends what comes next. */
	#next(): void {
		const now = this.#clock.monotonic();
		const step = this.#steps.shift() ?? this.#ask();
		this.#bus.write(step.code, step.word);
		this.#idleUntil = now + step.time;
		this.#asked = step;
		if (step === START) this.#measuringSince = this.#heard = now;
	}

	#ask(): Step {
		if (this.#clock.monotonic() - this.#heard > LATE) throw new Error("nothing new");
		return { ...ASK_READY, read: (bus) => this.#readReady(bus) };
	}

	#readReady(bus: SensirionBus): undefined {
		const [status] = bus.read(1) as [number];
		if (status & READY && this.#steps.length === 0)
			this.#steps = [{ ...ASK_MEASUREMENT, read: (from) => this.#readMeasurement(from) }];
	}

	#readMeasurement(bus: SensirionBus): Readings | undefined {
		const [co2, temperature, humidity] = bus.read(3) as [number, number, number];
		this.#heard = this.#clock.monotonic();
		// Sensirion's own drivers take it for invalid.
		if (co2 === 0) return;
		return {
			co2,
			temperature: -45 + (175 * temperature) / 65_535,
			humidity: (100 * humidity) / 65_535,
		};
	}

	#readCorrection(bus: SensirionBus): undefined {
		const [correction] = bus.read(1) as [number];
		this.#endRecalibration(correction !== RECALIBRATION_FAILED);
	}

	#endRecalibration(worked: boolean): void {
		const done = this.#recalibrated;
		this.#recalibrated = undefined;
		done?.(worked);
	}
}
