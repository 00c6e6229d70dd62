import { QUANTITIES, type Quantity } from "./point";

/** How a quantity is shown to a person. */
export interface Shown {
	title: string;
	unit: string;
	decimals: number;
	/** What a value is divided by to be in that unit. */
	divisor: number;
}

/** Pressure is read in hectopascals by everybody; tenths of a degree are as fine as a sensor is right. */
const OTHERWISE: Partial<Record<Quantity, Partial<Shown>>> = {
	temperature: { decimals: 1 },
	humidity: { decimals: 0 },
	pressure: { unit: "hPa", decimals: 1, divisor: 100 },
	illuminance: { decimals: 0 },
	motion: { unit: "", decimals: 1 },
};

/** What pages show, in the order in which they show it. */
export const ORDER: readonly Quantity[] = [
	"temperature",
	"humidity",
	"co2",
	"pressure",
	"illuminance",
	"motion",
];

export function shownOf(quantity: Quantity): Shown {
	const { title, unit, decimals } = QUANTITIES.find(
		({ name }) => name === quantity,
	) as (typeof QUANTITIES)[number];
	return { title, unit, decimals, divisor: 1, ...OTHERWISE[quantity] };
}

/** A value without its unit; a dash for none. */
export function textOf(quantity: Quantity, value: number | undefined): string {
	const { decimals, divisor } = shownOf(quantity);
	return value === undefined ? "–" : (value / divisor).toFixed(decimals);
}

/**
 * What the German Committee on Indoor Guide Values says of so much CO2 (ppm): below 1000 harmless, to 2000 elevated,
 * beyond that unacceptable. Undefined where it is not measured.
 */
export function airOf(
	co2: number | undefined,
): { level: "good" | "fair" | "poor"; text: string } | undefined {
	if (co2 === undefined) return undefined;
	if (co2 < 1000) return { level: "good", text: "fresh air" };
	if (co2 <= 2000) return { level: "fair", text: "stale air" };
	return { level: "poor", text: "open a window" };
}
