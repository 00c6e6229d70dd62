/** What a sensor measures, and `motionEvents`: how often a hand passed it in one direction. */
export type Quantity =
	| "temperature"
	| "humidity"
	| "pressure"
	| "illuminance"
	| "co2"
	| "motion"
	| "motionEvents";

export interface QuantityDescription {
	readonly name: Quantity;
	/** As it is headed on a page. */
	readonly title: string;
	readonly unit: string;
	/** Digits after the point that a sensor sends. */
	readonly decimals: number;
}

/** The fields of a point, in the order in which a sensor sends them: see modules/sensing/quantities.ts. */
export const QUANTITIES: readonly QuantityDescription[] = [
	{ name: "temperature", title: "Temperature", unit: "°C", decimals: 2 },
	{ name: "humidity", title: "Humidity", unit: "%", decimals: 1 },
	{ name: "pressure", title: "Pressure", unit: "Pa", decimals: 0 },
	{ name: "illuminance", title: "Illuminance", unit: "lx", decimals: 1 },
	{ name: "co2", title: "CO₂", unit: "ppm", decimals: 0 },
	{ name: "motion", title: "Motion", unit: "in 10 s", decimals: 2 },
	{ name: "motionEvents", title: "Movements", unit: "in 10 s", decimals: 0 },
];

export function isQuantity(name: string): name is Quantity {
	return QUANTITIES.some((quantity) => quantity.name === name);
}

/** Seconds of a sensor's window. */
export const WINDOW = 10;

/** Seconds of a sample that can be asked for: what is less than an hour divides it, so parts of a time join on the hour. */
export const STEPS: readonly number[] = [WINDOW, 60, 300, 900, 3600, 21_600, 86_400];

export type Values = Partial<Record<Quantity, number>>;

/** What one window measured. */
export interface Point {
	/** Begin of the window: seconds since 1970, a multiple of 10. */
	time: number;
	values: Values;
}

/** A point as it is kept: after a time as the mean of those of `step` seconds from `time` on. */
export interface KeptPoint extends Point {
	step: number;
}

/** What the windows that began in `time` to `time` + step measured of one quantity. */
export interface Sample {
	/** Seconds since 1970, a multiple of the step. */
	time: number;
	mean: number;
	min: number;
	max: number;
}
