/** What a sensor says under these names, and what is retained of it (docs/protocol.md, setMqtt). */
export const SAID = ["status", "data", "event/motion", "token", "answer", "light", "diagnostics"] as const;
export type Said = (typeof SAID)[number];
export const RETAINED: readonly Said[] = ["status", "token", "light", "diagnostics"];

/** What a sensor is told under these names. */
const TOLD = ["command", "light/set"];

/** A name below a sensor's topic. */
export interface Topic {
	sensor: string;
	udid: string;
	name: string;
}

/** The first part of a sensor's topics, which the pairing link gives it: its own, whatever device it is. */
export function topicOf(sensor: string): string {
	return `ambient16/${sensor}`;
}

/** Undefined for what is no topic of a sensor. */
export function parseTopic(topic: string): Topic | undefined {
	const [, sensor, udid, name] = /^ambient16\/([\w-]{1,54})\/([0-9a-f]{12})\/(.+)$/.exec(topic) ?? [];
	return sensor && udid && name ? { sensor, udid, name } : undefined;
}

/**
 * Whether the login of `sensor`, as the device `udid`, may publish there: below its own topic. Names that this server does
 * not know are of a newer firmware, which is not to be cut off for them.
 */
export function maySay(sensor: string, udid: string, topic: string): boolean {
	return topic.startsWith(`${topicOf(sensor)}/${udid}/`);
}

/** Whether it is kept for who comes later: what is known to be, so that a sensor cannot have more kept. */
export function isRetained(topic: string): boolean {
	return RETAINED.some((name) => parseTopic(topic)?.name === name);
}

/** Whether it may hear of that: of its own orders, spelled out. */
export function mayHear(sensor: string, udid: string, filter: string): boolean {
	return TOLD.some((name) => filter === `${topicOf(sensor)}/${udid}/${name}`);
}
