import type { Readings } from "../host";
import type { Scd4x } from "./scd4x";
import type { Sensor } from "./sensors";

/** Of an ECMA-419 sensor that measures some of this: °C, %, ppm. */
export interface ClimateSample {
	thermometer?: { temperature: number };
	hygrometer?: { humidity: number };
	carbonDioxideGasSensor?: { CO2: number };
}

/** The sensor for CO2 as one of the board. */
export function co2Sensor(sensor: Scd4x): Sensor {
	return {
		...climateSensor(sensor),
		co2: sensor,
		configure: (settings) => sensor.configure(settings),
	};
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
