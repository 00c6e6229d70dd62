import { isObject, type JsonObject, parseObject } from "../json";
import { type Color, parseColor } from "../led/color";
import { EFFECTS, type LightOrder } from "../led/light";

/** The light, as the broker's users may see and set it. */
export interface LightPort {
	/** What is in force; undefined: it is dark. */
	readonly order: LightOrder | undefined;
	show(order: LightOrder): void;
}

/** Of Home Assistant's JSON schema, what this light knows. */
const NAMES: readonly string[] = ["state", "brightness", "color", "r", "g", "b", "effect"];
const ON = "ON";
const OFF = "OFF";
const WHITE: LightOrder = { color: 0xffffff, effect: "solid", duration: null, intensity: 100 };

/**
 * The light as Home Assistant's MQTT integration sets and shows it (its JSON schema, with brightness in percent). What is
 * set there holds until the next order; what is not said stays as it was.
 */
export class MqttLight {
	readonly #device: { readonly light: LightPort };
	readonly #publish: (payload: string, done: () => void) => void;
	/** What was lit last, for an order to switch it on that says no more. */
	#last = WHITE;
	/** A state is with the broker and not acknowledged; another one is to follow. */
	#publishing = false;
	#isStale = false;

	constructor(device: { readonly light: LightPort }, publish: (payload: string, done: () => void) => void) {
		this.#device = device;
		this.#publish = publish;
	}

	/** Carries out what was published to be set; what cannot be understood is ignored. */
	take(message: Uint8Array | undefined): void {
		const order = message && read(message, this.#device.light.order ?? this.#last);
		if (order) this.#device.light.show(order);
	}

	/** Publishes the state; while the broker has not taken the one before, the last one of those that follow. */
	tell(): void {
		const { order } = this.#device.light;
		if (order) this.#last = { ...order, duration: null };
		if (this.#publishing) {
			this.#isStale = true;
			return;
		}
		this.#publishing = true;
		this.#isStale = false;
		this.#publish(describe(order), () => {
			this.#publishing = false;
			if (this.#isStale) this.tell();
		});
	}

	/** The connection has ended. */
	lose(): void {
		this.#publishing = false;
	}
}

function read(message: Uint8Array, before: LightOrder): LightOrder | undefined {
	let object: JsonObject;
	try {
		object = parseObject(message, NAMES).object;
	} catch {
		return undefined;
	}
	const { state, brightness = before.intensity, color = {}, effect = before.effect } = object;
	if (state === OFF) return { ...before, color: 0, duration: null };
	const isValid = state === ON && isPercent(brightness) && EFFECTS.includes(effect as LightOrder["effect"]);
	const shade = mix(color, before.color);
	if (!isValid || shade === undefined) return undefined;
	return { color: shade, effect: effect as LightOrder["effect"], intensity: brightness, duration: null };
}

function mix(parts: unknown, before: Color): Color | undefined {
	if (!isObject(parts)) return undefined;
	const { r: red = before >> 16, g: green = (before >> 8) & 255, b: blue = before & 255 } = parts;
	return parseColor({ red, green, blue });
}

/** 0 would be off, which is said in another way. */
function isPercent(value: unknown): value is number {
	return typeof value === "number" && value >= 1 && value <= 100;
}

function describe(order: LightOrder | undefined): string {
	if (!order) return JSON.stringify({ state: OFF });
	const { color, effect, intensity } = order;
	return JSON.stringify({
		state: ON,
		brightness: Math.max(1, Math.round(intensity)),
		color_mode: "rgb",
		color: { r: color >> 16, g: (color >> 8) & 255, b: color & 255 },
		effect,
	});
}
