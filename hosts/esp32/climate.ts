import type { Readings } from "../host";
import type { Sensor } from "./sensors";

/** Of an ECMA-419 sensor that measures some of this: °C, %, ppm. */
export interface ClimateSample {
	thermometer?: { temperature: number };
	hygrometer?: { humidity: number };
	carbonDioxideGasSensor?: { CO2: number };
}

/** An ECMA-419 sensor for the air in the room as one of the board. */
export function climateSensor(sensor: { sample(): ClimateSample | undefined; close(): void }): Sensor {
	return {
		read() {
			const { thermometer, hygrometer, carbonDioxideGasSensor } = sensor.sample() ?? {};
			const readings: Readings = { ...thermometer, ...hygrometer };
			if (carbonDioxideGasSensor) readings.co2 = carbonDioxideGasSensor.CO2;
			return readings;
		},
		close: () => sensor.close(),
	};
}
