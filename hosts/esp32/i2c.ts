/** An ECMA-419 I2C connection to one address. Reading and writing throw if nobody answers there. */
export interface I2c {
	write(bytes: Uint8Array): void;
	read(count: number): ArrayBuffer;
	/** Frees the bus; throws if it cannot. */
	close(): void;
}

/** Where a sensor is: GPIO numbers of the bus, and the sensor's address. */
export interface I2cAddress {
	data: number;
	clock: number;
	address: number;
}

export interface I2cOptions extends I2cAddress {
	hz: number;
	/** ms that a sensor may hold the clock line. */
	timeout: number;
}

/** The `sensor` option of an ECMA-419 sensor driver. */
export interface SensorOptions extends I2cAddress {
	io: new (options: I2cOptions) => I2c;
}
