/**
 * What Home Assistant asks of a discovery message, as it documents it:
 * - topics, `device` and `origin`: https://www.home-assistant.io/integrations/mqtt/#discovery-messages
 * - sensors: https://www.home-assistant.io/integrations/sensor.mqtt/#configuration-variables
 * - device classes and their units: https://www.home-assistant.io/integrations/sensor/#device-class
 * - state classes: https://developers.home-assistant.io/docs/core/entity/sensor/#available-state-classes
 * - lights: https://www.home-assistant.io/integrations/light.mqtt/#json-schema---configuration-variables
 * - events: https://www.home-assistant.io/integrations/event.mqtt/#configuration-variables and
 *   https://www.home-assistant.io/integrations/event/#device-class
 * - binary sensors and updates: https://www.home-assistant.io/integrations/binary_sensor.mqtt/#configuration-variables and
 *   https://www.home-assistant.io/integrations/update.mqtt/#configuration-variables
 * Only what the firmware might use is here; any other key is complained of.
 */

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === "string" && value !== "";
const texts: Check = (value) => Array.isArray(value) && value.length > 0 && value.every(text);
const topic: Check = (value) => text(value) && !/[+#\0]/.test(value as string);
const count: Check = (value) => Number.isInteger(value) && (value as number) >= 0;
const oneOf =
	(...values: string[]): Check =>
	(value) =>
		values.includes(value as string);
const url: Check = (value) => text(value) && /^https?:\/\//.test(value as string);
/** Jinja: every opening is closed. */
const template: Check = (value) => text(value) && /^[^{}]*(\{\{[^{}]+\}\}[^{}]*)+$/.test(value as string);

interface Schema {
	required: Record<string, Check>;
	optional: Record<string, Check>;
}

const DEVICE: Schema = {
	required: {},
	optional: {
		identifiers: (value) => text(value) || texts(value),
		connections: (value) =>
			Array.isArray(value) && value.every((pair) => Array.isArray(pair) && pair.length === 2 && texts(pair)),
		name: text,
		manufacturer: text,
		model: text,
		model_id: text,
		serial_number: text,
		hw_version: text,
		sw_version: text,
		suggested_area: text,
		via_device: text,
		configuration_url: url,
	},
};

const ORIGIN: Schema = { required: { name: text }, optional: { sw_version: text, support_url: url } };

const COMMON: Schema = {
	// `device` only works with a unique_id.
	required: { state_topic: topic, unique_id: text, device: () => true, origin: () => true },
	optional: {
		name: (value) => value === null || text(value),
		availability_topic: topic,
		availability_template: template,
		payload_available: text,
		payload_not_available: text,
		value_template: template,
		icon: text,
		qos: (value) => value === 0 || value === 1 || value === 2,
		enabled_by_default: (value) => typeof value === "boolean",
		entity_category: oneOf("diagnostic"),
	},
};

const SENSOR: Schema = {
	required: COMMON.required,
	optional: {
		...COMMON.optional,
		device_class: (value) => text(value) && Object.hasOwn(UNITS, value as string),
		unit_of_measurement: text,
		state_class: oneOf("measurement", "measurement_angle", "total", "total_increasing"),
		suggested_display_precision: count,
		expire_after: count,
		force_update: (value) => typeof value === "boolean",
	},
};

const BINARY_SENSOR: Schema = {
	required: COMMON.required,
	optional: {
		...COMMON.optional,
		device_class: oneOf("problem"),
		json_attributes_topic: topic,
		json_attributes_template: template,
	},
};

const UPDATE: Schema = {
	required: COMMON.required,
	optional: { ...COMMON.optional, device_class: oneOf("firmware") },
};

const EVENT: Schema = {
	required: { ...COMMON.required, event_types: texts },
	optional: { ...COMMON.optional, device_class: oneOf("button", "doorbell", "motion") },
};

const LIGHT: Schema = {
	required: { ...COMMON.required, command_topic: topic, schema: oneOf("json") },
	optional: {
		...COMMON.optional,
		// null: that of the device.
		name: (value) => value === null || text(value),
		brightness: (value) => typeof value === "boolean",
		brightness_scale: count,
		color_mode: (value) => value === true,
		supported_color_modes: texts,
		effect: (value) => typeof value === "boolean",
		effect_list: texts,
	},
};

/** Units of the device classes that a sensor of a room may have. */
const UNITS: Readonly<Record<string, readonly (string | undefined)[]>> = {
	aqi: [undefined],
	atmospheric_pressure: ["cbar", "bar", "hPa", "mmHg", "inHg", "kPa", "mbar", "Pa", "psi"],
	carbon_dioxide: ["ppm"],
	data_size: ["bit", "kbit", "Mbit", "Gbit", "B", "kB", "MB", "GB", "TB", "PB", "KiB", "MiB", "GiB"],
	humidity: ["%"],
	illuminance: ["lx"],
	pressure: ["Pa", "kPa", "hPa", "bar", "cbar", "mbar", "mmHg", "inHg", "psi"],
	signal_strength: ["dB", "dBm"],
	sound_pressure: ["dB", "dBA"],
	temperature: ["°C", "°F", "K"],
	timestamp: [undefined],
	volatile_organic_compounds: ["µg/m³", "mg/m³"],
	volatile_organic_compounds_parts: ["ppm", "ppb"],
};

/** What Home Assistant would not like about a discovery message; empty if all is well. */
export function complaints(discoveryTopic: string, payload: string): string[] {
	const [, component] =
		/^homeassistant\/([a-z_]+)\/(?:[A-Za-z0-9_-]+\/)?[A-Za-z0-9_-]+\/config$/.exec(discoveryTopic) ?? [];
	const schema = {
		sensor: SENSOR,
		binary_sensor: BINARY_SENSOR,
		update: UPDATE,
		event: EVENT,
		light: LIGHT,
	}[component ?? ""];
	if (!schema) return [`no discovery topic: ${discoveryTopic}`];
	let config: Record<string, unknown>;
	try {
		config = JSON.parse(payload);
	} catch {
		return ["not JSON"];
	}
	const found = check("", config, schema);
	found.push(...check("device.", config.device, DEVICE), ...check("origin.", config.origin, ORIGIN));
	const device = (config.device ?? {}) as Record<string, unknown>;
	if (!device.identifiers && !device.connections)
		found.push("device has neither identifiers nor connections");
	const { device_class: deviceClass, unit_of_measurement: unit } = config;
	if (component === "sensor" && typeof deviceClass === "string" && Object.hasOwn(UNITS, deviceClass))
		if (!UNITS[deviceClass]?.includes(unit as string))
			found.push(`unit ${unit} does not go with ${deviceClass}`);
	return found;
}

function check(prefix: string, object: unknown, { required, optional }: Schema): string[] {
	if (typeof object !== "object" || object === null) return [`${prefix} is no object`];
	const found = Object.keys(required)
		.filter((key) => !Object.hasOwn(object, key))
		.map((key) => `${prefix}${key} is missing`);
	for (const [key, value] of Object.entries(object)) {
		const isRight = required[key] ?? optional[key];
		if (!isRight) found.push(`${prefix}${key} is unknown`);
		else if (!isRight(value)) found.push(`${prefix}${key} is wrong: ${JSON.stringify(value)}`);
	}
	return found;
}
