import type { Quantity } from "../../hosts/host";

export interface QuantityDescription {
	readonly name: Quantity;
	/** As in UCUM and SI; "1" for a quantity without a dimension. */
	readonly unit: string;
	/** Digits after the point that are worth keeping. */
	readonly decimals: number;
	/** How the readings of a window become one value. */
	readonly aggregation: "mean" | "sum";
}

/** What can be measured. `motion` is the amount of movement that a reading saw, 0 or more. */
export const QUANTITIES: readonly QuantityDescription[] = [
	{ name: "temperature", unit: "°C", decimals: 2, aggregation: "mean" },
	{ name: "humidity", unit: "%", decimals: 1, aggregation: "mean" },
	{ name: "pressure", unit: "Pa", decimals: 0, aggregation: "mean" },
	{ name: "illuminance", unit: "lx", decimals: 1, aggregation: "mean" },
	{ name: "co2", unit: "ppm", decimals: 0, aggregation: "mean" },
	{ name: "motion", unit: "1", decimals: 2, aggregation: "sum" },
];
