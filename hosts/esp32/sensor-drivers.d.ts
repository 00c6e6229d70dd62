/** The SDK's drivers that are used here; it has no typings for them. */

declare module "embedded:sensor/Barometer-Humidity-Temperature/BME68x" {
	/** Bosch's library. Every call throws if the sensor does not answer. */
	export class BME68x {
		static readonly FILTER_OFF: number;
		static readonly ODR_NONE: number;
		static readonly OS_2X: number;
		static readonly OS_4X: number;
		static readonly DISABLE: number;
		static readonly FORCED_MODE: number;

		constructor(options: { sensor: { io: unknown; data: number; clock: number; address: number } });
		set_conf(options: {
			filter: number;
			odr: number;
			os_hum: number;
			os_pres: number;
			os_temp: number;
		}): void;
		set_heatr_conf(mode: number, options: { enable: number; heatr_temp: number; heatr_dur: number }): void;
		set_op_mode(mode: number): void;
		/** °C, % and Pa; undefined if nothing is new. */
		get_data(mode: number): { temperature: number; humidity: number; pressure: number }[] | undefined;
		close(): void;
	}
}

declare module "embedded:sensor/AmbientLight-Gesture-Proximity/APDS9960" {
	/** An ECMA-419 sensor. Every call throws if the sensor does not answer. */
	export default class APDS9960 {
		constructor(options: { sensor: { io: unknown; data: number; clock: number; address: number } });
		configure(options: { alsGain?: 1 | 4 | 16 | 64; alsIntegrationCycles?: number }): void;
		/** Everything from 0 to 1; what is not new is absent. */
		sample():
			| {
					lightmeter?: { clear: number };
					proximity?: { proximity: number };
					gestureDetector?: { gesture: "UP" | "DOWN" | "LEFT" | "RIGHT" };
			  }
			| undefined;
		close(): void;
	}
}
