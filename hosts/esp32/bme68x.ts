import I2C from "embedded:io/i2c";
import { BME68x } from "embedded:sensor/Barometer-Humidity-Temperature/BME68x";
import type { I2cAddress } from "./i2c";
import type { Sensor } from "./sensors";

/**
 * Bosch BME680 and BME688: temperature, humidity, pressure. Each reading begins a measurement of some 30 ms and takes
 * the result of the one before, so that nobody waits. The SDK's ECMA-419 driver for it cannot leave the heater off.
 * Throws if it is not there.
 */
export function openBme68x(where: I2cAddress): Sensor {
	const bme = new BME68x({ sensor: { io: I2C, ...where } });
	try {
		bme.set_conf({
			filter: BME68x.FILTER_OFF,
			odr: BME68x.ODR_NONE,
			os_hum: BME68x.OS_2X,
			os_pres: BME68x.OS_4X,
			os_temp: BME68x.OS_2X,
		});
		// The gas sensor's heater would warm what the thermometer measures.
		bme.set_heatr_conf(BME68x.FORCED_MODE, { enable: BME68x.DISABLE, heatr_temp: 0, heatr_dur: 0 });
	} catch (error) {
		bme.close();
		throw error;
	}
	let measuring = false;
	return {
		read() {
			const [field] = (measuring && bme.get_data(BME68x.FORCED_MODE)) || [];
			bme.set_op_mode(BME68x.FORCED_MODE);
			measuring = true;
			if (!field) return {};
			const { temperature, humidity, pressure } = field;
			return { temperature, humidity, pressure };
		},
		close: () => bme.close(),
	};
}
