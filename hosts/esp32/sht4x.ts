import type { Clock, Readings } from "../host";
import type { SensorOptions } from "./i2c";
import { SensirionBus } from "./sensirion";
import type { Sensor } from "./sensors";

/** Of the data sheet (version 6.6, 4.5). */
const MEASURE = [0xfd];
/** ms that a measurement of high repeatability takes at the most: 8.3. */
const MEASURING = 9;

/** Sensirion SHT40, SHT41 and SHT45: temperature and humidity. Throws if it is not there. */
export class Sht4x implements Sensor {
	readonly #bus: SensirionBus;
	readonly #clock: Pick<Clock, "monotonic">;
	#begun: number;

	constructor(options: { sensor: SensorOptions; clock: Pick<Clock, "monotonic"> }) {
		this.#clock = options.clock;
		this.#bus = new SensirionBus(options.sensor);
		try {
			this.#bus.write(MEASURE);
		} catch (error) {
			this.#bus.close();
			throw error;
		}
		this.#begun = this.#clock.monotonic();
	}

	/**
	 * The measurement that was begun by the call before, or nothing if it is not over. Nobody waits for it. Throws if
	 * the sensor does not answer, or answers what its CRC disproves.
	 */
	read(): Readings {
		if (this.#clock.monotonic() - this.#begun < MEASURING) return {};
		const [temperature, humidity] = this.#bus.read(2) as [number, number];
		this.#bus.write(MEASURE);
		this.#begun = this.#clock.monotonic();
		return {
			temperature: -45 + (175 * temperature) / 65_535,
			// Near its ends the formula leaves what there is (4.6).
			humidity: Math.min(100, Math.max(0, -6 + (125 * humidity) / 65_535)),
		};
	}

	close(): void {
		this.#bus.close();
	}
}
