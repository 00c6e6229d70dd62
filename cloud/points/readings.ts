import { SAMPLES } from "../limits";
import { Refusal } from "../refusal";
import { isQuantity, QUANTITIES, type Quantity, STEPS } from "./point";
import type { PointStore } from "./store";

/** Digits beside those that a sensor sends, for means. */
const FINER = 1;

/** As a query string says it. */
export interface Asked {
	/** Without it all of them. */
	quantity?: string;
	/** Seconds since 1970. */
	from?: string;
	/** Now unless it is told. */
	to?: string;
	/** One of STEPS. */
	step?: string;
}

/** Columns: values at the same place are of the same time. */
export interface Columns {
	unit: string;
	/** Seconds since 1970. */
	time: number[];
	mean: number[];
	min: number[];
	max: number[];
}

export interface Readings {
	from: number;
	to: number;
	step: number;
	quantities: Partial<Record<Quantity, Columns>>;
}

/** The readings of a sensor that are asked for. Throws a Refusal (400) that says what was expected. `now`: seconds. */
export async function readings(
	store: PointStore,
	sensor: string,
	asked: Asked,
	now: number,
): Promise<Readings> {
	const { quantity } = asked;
	const step = number("step", asked.step ?? "300");
	const to = number("to", asked.to ?? `${now}`);
	const from = number("from", asked.from ?? `${to - 86_400}`);
	if (!STEPS.includes(step)) throw new Refusal(400, `step is one of ${STEPS.join(", ")}`);
	if (from >= to) throw new Refusal(400, "from is before to");
	if ((to - from) / step > SAMPLES) throw new Refusal(400, `at most ${SAMPLES} steps between from and to`);
	if (quantity !== undefined && !isQuantity(quantity))
		throw new Refusal(400, `quantity is one of ${QUANTITIES.map(({ name }) => name).join(", ")}`);
	const wanted = QUANTITIES.filter(({ name }) => quantity === undefined || quantity === name);
	const quantities: Readings["quantities"] = {};
	for (const { name, unit, decimals } of wanted) {
		const columns: Columns = { unit, time: [], mean: [], min: [], max: [] };
		const round = (value: number) => Number(value.toFixed(decimals + FINER));
		for (const { time, mean, min, max } of await store.query(sensor, name, from, to, step)) {
			columns.time.push(time);
			columns.mean.push(round(mean));
			columns.min.push(round(min));
			columns.max.push(round(max));
		}
		quantities[name] = columns;
	}
	return { from, to, step, quantities };
}

function number(name: string, text: string): number {
	if (!/^\d{1,10}$/.test(text)) throw new Refusal(400, `${name} is a whole number of seconds`);
	return Number(text);
}
