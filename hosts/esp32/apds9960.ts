import SMBus from "embedded:io/smbus";
import APDS9960 from "embedded:sensor/AmbientLight-Gesture-Proximity/APDS9960";
import type { I2cAddress } from "./i2c";
import { Passage } from "./passage";
import type { Sensor } from "./sensors";

/** Counts in 10 steps of 2.78 ms. */
const INTEGRATION_CYCLES = 10;
const GAIN = 4;
/**
 * lx at full scale with these settings: 10,250 counts of 5.9 to the µW/cm² (data sheet AV02-4191EN, a quarter of the
 * value for 16x gain), which is about 3.2 lx of white LED light. What another light source gives differs.
 */
const FULL_SCALE = 5_600;

/** Broadcom APDS-9960: light, and hands that pass within some 10 cm. Throws if it is not there. */
export function openApds9960(where: I2cAddress): Sensor {
	const apds = new APDS9960({ sensor: { io: SMBus, ...where } });
	try {
		apds.configure({ alsGain: GAIN, alsIntegrationCycles: INTEGRATION_CYCLES });
	} catch (error) {
		apds.close();
		throw error;
	}
	const passage = new Passage();
	let illuminance: number | undefined;
	return {
		read() {
			const motion = passage.takeAmount();
			return illuminance === undefined ? { motion } : { illuminance, motion };
		},
		look() {
			const sample = apds.sample();
			if (sample?.lightmeter) illuminance = sample.lightmeter.clear * FULL_SCALE;
			return passage.see(sample?.proximity?.proximity, sample?.gestureDetector?.gesture);
		},
		close: () => apds.close(),
	};
}
