import type { Co2Settings } from "../../../hosts/host";
import { ALTITUDE, RECALIBRATION, TEMPERATURE_OFFSET } from "../../limits";
import type { Command } from "../command";
import { ApiError } from "../error";
import { Fields } from "../fields";

const SET = "setSensors";
const FIELDS = ["temperatureOffset", "altitude", "recalibrate"] as const;

interface Order {
	settings: Co2Settings | null;
	recalibrate: number | undefined;
}

/** `setSensors`: where the sensor for CO2 is, and what it is to take for right; null: as it comes. */
export const setSensors: Command<Order> = {
	name: SET,
	fields: FIELDS,
	where: "https",
	scope: undefined,

	validate(value, { host, settings }) {
		const order =
			value === null ? { settings: null, recalibrate: undefined } : read(value, settings.value.sensors);
		const sensor = host.sensors.co2;
		if (!sensor)
			throw new ApiError(409, "no-co2-sensor", "there is no sensor for CO2 here that takes settings");
		const { unready } = sensor;
		if (order.recalibrate !== undefined && unready !== undefined)
			throw new ApiError(409, "not-settled", unready);
		return order;
	},

	settings({ settings, recalibrate }) {
		return recalibrate === undefined ? { sensors: settings } : {};
	},

	perform({ settings, recalibrate }, { host, recalibration }) {
		if (recalibrate !== undefined) recalibration.start(recalibrate);
		else host.sensors.configure?.(settings);
		return { ...settings, ...(recalibrate !== undefined && { recalibrating: recalibrate }) };
	},
};

/** `before`: what the sensor has been told. */
function read(value: unknown, before: Co2Settings | null): Order {
	const fields = new Fields(SET, value, FIELDS);
	if (fields.has("recalibrate")) {
		// Settings take effect while the sensor does not measure, and it has to have measured with them.
		if (fields.has("temperatureOffset") || fields.has("altitude"))
			throw fields.invalid("recalibrate", "alone");
		return { settings: before, recalibrate: wholeNumber(fields, "recalibrate", RECALIBRATION) };
	}
	if (!fields.has("temperatureOffset") && !fields.has("altitude"))
		throw fields.invalid(FIELDS[0], "there, or altitude or recalibrate");
	const { temperatureOffset = TEMPERATURE_OFFSET[1], altitude = ALTITUDE[1] } = before ?? {};
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

function wholeNumber(fields: Fields, name: string, range: readonly [number, number, number]): number {
	const value = fields.number(name, range);
	if (Number.isInteger(value)) return value;
	throw fields.invalid(name, `a whole number from ${range[0]} to ${range[2]}`);
}
