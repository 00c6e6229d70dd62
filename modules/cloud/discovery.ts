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
	/** That the owner gave the device; undefined: none. */
	name: string | undefined;
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
		if (!quantities.includes(name)) continue;
		yield {
			topic: `homeassistant/sensor/${id}/${name}/config`,
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
}
