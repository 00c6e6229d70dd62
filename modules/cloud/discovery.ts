import type { Motion, Quantity } from "../../hosts/host";
import { EFFECTS } from "../led/light";
import { QUANTITIES } from "../sensing/quantities";
import { PRODUCT, VERSION } from "../version";

const CLASSES: Readonly<Record<string, { device_class?: string; name: string }>> = {
	temperature: { device_class: "temperature", name: "Temperature" },
	humidity: { device_class: "humidity", name: "Humidity" },
	pressure: { device_class: "atmospheric_pressure", name: "Pressure" },
	illuminance: { device_class: "illuminance", name: "Illuminance" },
	co2: { device_class: "carbon_dioxide", name: "CO2" },
	motion: { name: "Motion" },
};

interface Diagnostic {
	member: string;
	component: "sensor" | "binary_sensor" | "update";
	config: Readonly<Record<string, string>>;
}

/**
 * What is shown of the members of `…/diagnostics`. Nothing can be installed there: which firmware runs is not for the
 * broker's users to say.
 */
const DIAGNOSTICS: readonly Diagnostic[] = [
	{
		member: "rssi",
		component: "sensor",
		config: {
			name: "Signal strength",
			device_class: "signal_strength",
			unit_of_measurement: "dBm",
			state_class: "measurement",
			value_template: "{{ value_json.rssi | default(None) }}",
		},
	},
	{
		member: "started",
		component: "sensor",
		config: {
			name: "Last restart",
			device_class: "timestamp",
			value_template: "{{ value_json.started | as_datetime }}",
		},
	},
	{
		member: "memory",
		component: "sensor",
		config: {
			name: "Free memory",
			device_class: "data_size",
			unit_of_measurement: "B",
			state_class: "measurement",
			value_template: "{{ value_json.memory }}",
		},
	},
	{
		member: "waiting",
		component: "sensor",
		config: {
			name: "Points waiting",
			state_class: "measurement",
			value_template: "{{ value_json.waiting | default(None) }}",
		},
	},
	{
		member: "problem",
		component: "binary_sensor",
		config: {
			name: "Problem",
			device_class: "problem",
			value_template: "{{ 'ON' if value_json.problem else 'OFF' }}",
			json_attributes_template: "{{ dict(message=value_json.problem) | to_json }}",
		},
	},
	{
		member: "latest",
		component: "update",
		config: {
			name: "Firmware",
			device_class: "firmware",
			value_template:
				"{{ dict(installed_version=value_json.version, latest_version=value_json.latest) | to_json }}",
		},
	},
];

/** The members of `…/diagnostics` that are shown. */
export const DIAGNOSED: readonly string[] = DIAGNOSTICS.map(({ member }) => member);

const MOTIONS: readonly Motion[] = ["left-to-right", "right-to-left"];

export interface Announcement {
	topic: string;
	payload: string;
}

export interface DiscoveryOptions {
	/** The first part of its topics. */
	topic: string;
	udid: string;
	/** Of these the sensors tell. */
	quantities: readonly Quantity[];
	/** The light can be set through the broker. */
	light: boolean;
	/** The members that `…/diagnostics` has. */
	diagnostics: readonly string[];
	/** Whether a quantity or a diagnostic that is not above is to be forgotten there; otherwise it stays as it is. */
	isGone?: (name: string) => boolean;
	/** That the owner gave the device. */
	name: string | null;
}

/**
 * The messages that make Home Assistant show the device (its MQTT discovery): topic and payload, to be
 * retained. With an empty payload the same topics make it forget the device.
 */
export function* discoveryMessages({
	topic,
	udid,
	quantities,
	light,
	diagnostics,
	isGone = () => false,
	name: given,
}: DiscoveryOptions): Generator<Announcement> {
	const id = `ambient16_${udid}`;
	const own = `${topic}/${udid}`;
	const common = {
		availability_topic: `${own}/status`,
		payload_available: "online",
		payload_not_available: "offline",
		device: {
			identifiers: [id],
			name: given ?? `${PRODUCT} ${udid}`,
			manufacturer: PRODUCT,
			model: PRODUCT,
			sw_version: VERSION,
		},
		origin: { name: PRODUCT, sw_version: VERSION },
	};
	for (const { name, unit, decimals } of QUANTITIES) {
		const topic = `homeassistant/sensor/${id}/${name}/config`;
		if (!quantities.includes(name)) {
			if (isGone(name)) yield { topic, payload: "" };
			continue;
		}
		yield {
			topic,
			payload: JSON.stringify({
				...CLASSES[name],
				...(unit !== "1" && { unit_of_measurement: unit }),
				unique_id: `${id}_${name}`,
				state_class: "measurement",
				state_topic: `${own}/data`,
				// A quantity that no sensor measures leaves its entity unknown rather than in error.
				value_template: `{{ value_json.${name} | default(None) }}`,
				suggested_display_precision: Math.min(decimals, 1),
				...common,
			}),
		};
	}
	if (light)
		yield {
			topic: `homeassistant/light/${id}/light/config`,
			payload: JSON.stringify({
				schema: "json",
				// The entity has the name of the device.
				name: null,
				unique_id: `${id}_light`,
				command_topic: `${own}/light/set`,
				state_topic: `${own}/light`,
				brightness: true,
				brightness_scale: 100,
				// Releases until 2024.3 want it beside the next one.
				color_mode: true,
				supported_color_modes: ["rgb"],
				effect: true,
				effect_list: [...EFFECTS],
				...common,
			}),
		};
	yield {
		topic: `homeassistant/event/${id}/motion/config`,
		payload: JSON.stringify({
			name: "Movement",
			unique_id: `${id}_movement`,
			device_class: "motion",
			// A copy: JSON.stringify of XS refuses what is preloaded into flash.
			event_types: [...MOTIONS],
			state_topic: `${own}/event/motion`,
			...common,
		}),
	};
	for (const { member: name, component, config } of DIAGNOSTICS) {
		const topic = `homeassistant/${component}/${id}/${name}/config`;
		if (!diagnostics.includes(name)) {
			if (isGone(name)) yield { topic, payload: "" };
			continue;
		}
		const attributes = config.json_attributes_template && { json_attributes_topic: `${own}/diagnostics` };
		yield {
			topic,
			payload: JSON.stringify({
				...config,
				unique_id: `${id}_${name}`,
				entity_category: "diagnostic",
				state_topic: `${own}/diagnostics`,
				...attributes,
				...common,
			}),
		};
	}
}
