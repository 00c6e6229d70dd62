import I2C from "embedded:io/i2c";
import type { SensorOptions } from "./i2c";

/** I2C of the SDK, whose typings do not know `close`. */
export function sdkI2c(): SensorOptions["io"] {
	return I2C as unknown as SensorOptions["io"];
}
