import type { Sensors } from "../../hosts/host";

/** What became of a recalibration. */
export interface RecalibrationResult {
	/** ppm */
	co2: number;
	state: "running" | "done" | "failed";
}

/** Recalibrates the sensor for CO2, and knows what became of it. */
export class Recalibration {
	readonly #sensors: Sensors;
	#last: RecalibrationResult | undefined;

	constructor(sensors: Sensors) {
		this.#sensors = sensors;
	}

	/** The last one since the start. */
	get last(): RecalibrationResult | undefined {
		return this.#last;
	}

	/** Tells the sensor that the air around it has `co2` ppm. */
	start(co2: number): void {
		const result: RecalibrationResult = { co2, state: "running" };
		this.#last = result;
		try {
			this.#sensors.co2?.recalibrate(co2, (worked) => {
				result.state = worked ? "done" : "failed";
			});
		} catch {
			// It has just gone.
			result.state = "failed";
		}
	}
}
