import type { Co2Settings, Sensors } from "../../../hosts/host";
import { ALTITUDE, RECALIBRATION, TEMPERATURE_OFFSET } from "../../limits";
import type { Settings, SettingsStore } from "../../settings";
import type { Command } from "../command";
import { ApiError } from "../error";
import { Fields } from "../fields";

const SET = "setSensors";
const FIELDS = ["temperatureOffset", "altitude", "recalibrate"] as const;

/** What became of the last recalibration since the start. */
export interface Recalibration {
	/** ppm */
	co2: number;
	state: "running" | "done" | "failed";
}

interface Order {
	settings: Co2Settings | null;
	recalibrate: number | undefined;
}

/** `setSensors`: where the sensor for CO2 is, and what it is to take for right; null: as it comes. */
export class SetSensors implements Command<Order> {
	static readonly names = [SET, ...FIELDS];
	readonly #sensors: Sensors;
	readonly #store: SettingsStore;
	#recalibration: Recalibration | undefined;

	constructor(sensors: Sensors, store: SettingsStore) {
		this.#sensors = sensors;
		this.#store = store;
	}

	get name() {
		return SET;
	}

	get where() {
		return "https" as const;
	}

	get scope() {
		return undefined;
	}

	get recalibration(): Recalibration | undefined {
		return this.#recalibration;
	}

	validate(value: unknown): Order {
		const order = value === null ? { settings: null, recalibrate: undefined } : this.#read(value);
		const sensor = this.#sensors.co2;
		if (!sensor)
			throw new ApiError(409, "no-co2-sensor", "there is no sensor for CO2 here that takes settings");
		const { unready } = sensor;
		if (order.recalibrate !== undefined && unready !== undefined)
			throw new ApiError(409, "not-settled", unready);
		return order;
	}

	settings({ settings, recalibrate }: Order): Partial<Settings> {
		return recalibrate === undefined ? { sensors: settings } : {};
	}

	perform({ settings, recalibrate }: Order): object {
		if (recalibrate !== undefined) this.#recalibrate(recalibrate);
		else this.#sensors.configure?.(settings);
		return { ...settings, ...(recalibrate !== undefined && { recalibrating: recalibrate }) };
	}

	#read(value: unknown): Order {
		const fields = new Fields(SET, value, FIELDS);
		if (fields.has("recalibrate")) {
			// Settings take effect while the sensor does not measure, and it has to have measured with them.
			if (fields.has("temperatureOffset") || fields.has("altitude"))
				throw fields.invalid("recalibrate", "alone");
			return {
				settings: this.#store.value.sensors,
				recalibrate: wholeNumber(fields, "recalibrate", RECALIBRATION),
			};
		}
		if (!fields.has("temperatureOffset") && !fields.has("altitude"))
			throw fields.invalid(FIELDS[0], "there, or altitude or recalibrate");
		const { temperatureOffset = TEMPERATURE_OFFSET[1], altitude = ALTITUDE[1] } =
			this.#store.value.sensors ?? {};
		return {
			settings: {
				temperatureOffset: fields.has("temperatureOffset")
					? fields.number("temperatureOffset", TEMPERATURE_OFFSET)
					: temperatureOffset,
				altitude: fields.has("altitude") ? wholeNumber(fields, "altitude", ALTITUDE) : altitude,
			},
			recalibrate: undefined,
		};
	}

	#recalibrate(co2: number): void {
		const recalibration: Recalibration = { co2, state: "running" };
		this.#recalibration = recalibration;
		try {
			this.#sensors.co2?.recalibrate(co2, (worked) => {
				recalibration.state = worked ? "done" : "failed";
			});
		} catch {
			// It has just gone.
			recalibration.state = "failed";
		}
	}
}

function wholeNumber(fields: Fields, name: string, range: readonly [number, number, number]): number {
	const value = fields.number(name, range);
	if (Number.isInteger(value)) return value;
	throw fields.invalid(name, `a whole number from ${range[0]} to ${range[2]}`);
}
