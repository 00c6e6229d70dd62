import { uuidOf } from "../accounts/uuid";
import { Refusal } from "../refusal";
import type { Sensor } from "../sensors/sensors";
import type { Services } from "../services";
import type { Outcome } from "./orders";

export const EFFECTS = ["blink", "solid", "breathe"] as const;

/** `setColor` of docs/protocol.md. */
export interface LightOrder {
	color: string;
	effect?: (typeof EFFECTS)[number];
	/** Seconds; null: until the next order. */
	duration?: number | null;
	/** Percent. */
	intensity?: number;
}

const FIELDS = ["color", "effect", "duration", "intensity"];

/** Reads an order. Throws a Refusal (400) that says what was expected; the names of colors are the sensor's to know. */
export function readLightOrder(value: unknown): LightOrder {
	if (typeof value !== "object" || value === null) throw new Refusal(400, "the order is a JSON object");
	const unknown = Object.keys(value).find((name) => !FIELDS.includes(name));
	if (unknown !== undefined) throw new Refusal(400, `an order has ${FIELDS.join(", ")} and nothing else`);
	const { color, effect, duration, intensity } = value as Partial<LightOrder>;
	if (typeof color !== "string" || !/^(#[0-9a-f]{3}([0-9a-f]{3})?|[a-z]{2,16})$/i.test(color))
		throw new Refusal(400, "color is #rrggbb, #rgb, off or the name of one");
	if (effect !== undefined && !EFFECTS.includes(effect))
		throw new Refusal(400, `effect is one of ${EFFECTS.join(", ")}`);
	if (duration !== undefined && duration !== null && !isWithin(duration, 1, 86_400))
		throw new Refusal(400, "duration is 1 to 86400 seconds, or null: until the next order");
	if (intensity !== undefined && !isWithin(intensity, 0, 100))
		throw new Refusal(400, "intensity is 0 to 100 percent");
	return value as LightOrder;
}

/** Sets the light of a sensor, by an order that is signed with its owner's UUID. */
export async function setLight(services: Services, sensor: Sensor, order: LightOrder): Promise<Outcome> {
	const uuid = await uuidOf(services, sensor.account);
	return services.orders.send(sensor.id, uuid, { setColor: order });
}

function isWithin(value: unknown, least: number, most: number): boolean {
	return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}
