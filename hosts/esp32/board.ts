import config from "mc/config";

/** What is on the board, from `config.board` of the manifest. Pins are GPIO numbers. */
export interface Board {
	led: NeoPixelLight | PwmLight;
	button: {
		pin: number;
		/** Pressed pulls the pin low. */
		activeLow: boolean;
		/** The board has a resistor that holds the pin; else the chip's own does, which not every pin has. */
		hasResistor?: boolean;
	};
	/** Absent: no sensors. */
	i2c?: { data: number; clock: number };
	/** I2C addresses; those that are null are not looked for. */
	sensors: { bme68x: number | null; apds9960: number | null; sht4x: number | null; scd4x: number | null };
}

export interface NeoPixelLight {
	kind: "neopixel";
	pin: number;
	/** Has to be high for the light to have power. */
	power?: number;
}

export interface PwmLight {
	kind: "pwm";
	red: number;
	green: number;
	blue: number;
	/** Common anode: low is bright. */
	activeLow?: boolean;
}

export const board = config.board as Board;

/** What updates are for, from `config.target`: on boards whose pins are not the chip's usual ones. */
export const target = config.target as string | undefined;

/** What people see: the access point is `<name>-<udid>`, the service in mDNS `<name> <udid>`. From `config.name`. */
export const name = config.name as string;

// This module is preloaded, so that it stops the build. An access point's name has up to 32 bytes (IEEE 802.11).
if (name === "" || name.length > 19 || /[^ -~]/.test(name))
	throw new RangeError("config.name is not 1 to 19 ASCII characters");

/** A time server's name or address, from `config.timeServer`. */
export const timeServer = config.timeServer as string;
