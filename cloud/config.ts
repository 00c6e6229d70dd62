import { hostname, networkInterfaces } from "node:os";
import { resolve } from "node:path";

/** Where and how the server runs. */
export interface Config {
	/** The folder with all that it keeps: databases, keys, certificates. */
	folder: string;
	/** The file with the key that secrets in the database are encrypted with. */
	keyFile: string;
	/** What it listens on. */
	host: string;
	/** 0: any that is free. */
	port: number;
	mqttPort: number;
	/** Names and addresses that it is reached by: in its certificate, and no others are answered. Links have the first. */
	names: string[];
	/** PostgreSQL in place of SQLite, as a URL. */
	databaseUrl?: string | undefined;
	/** Days for which readings are kept; `Infinity` for ever. */
	keepDays: number;
	/** VictoriaMetrics or InfluxDB in place of SQLite, as a URL. */
	pointsUrl?: string | undefined;
	/** Mosquitto in place of the broker in this process, as a URL. */
	mqttUrl?: string | undefined;
	/** The file with the authority of Mosquitto's certificate. */
	mqttCa?: string | undefined;
}

/** Reads the environment. Throws an Error for a person about what cannot be meant. */
export function readConfig(env: Record<string, string | undefined>): Config {
	const folder = resolve(env.CLOUD_DATA || "data");
	return {
		folder,
		keyFile: resolve(env.CLOUD_KEY_FILE || `${folder}/key`),
		host: env.CLOUD_HOST || "::",
		port: port("CLOUD_PORT", env.CLOUD_PORT || "8444"),
		mqttPort: port("CLOUD_MQTT_PORT", env.CLOUD_MQTT_PORT || "8883"),
		names: names(env.CLOUD_NAMES),
		databaseUrl: url("DATABASE_URL", env.DATABASE_URL, ["postgres:", "postgresql:"]),
		keepDays: keepDays(env.CLOUD_KEEP_DAYS),
		pointsUrl: url("POINTS_URL", env.POINTS_URL, ["http:", "https:"]),
		mqttUrl: url("MQTT_URL", env.MQTT_URL, ["mqtt:", "mqtts:"]),
		mqttCa: env.MQTT_CA ? resolve(env.MQTT_CA) : undefined,
	};
}

function port(name: string, text: string): number {
	const value = Number(text);
	if (!/^\d+$/.test(text) || value > 65_535) throw new Error(`${name} is no port: ${text}`);
	return value;
}

function keepDays(text: string | undefined): number {
	if (!text) return Number.POSITIVE_INFINITY;
	if (!/^[1-9]\d{0,5}$/.test(text)) throw new Error(`CLOUD_KEEP_DAYS is no number of days: ${text}`);
	return Number(text);
}

function names(text: string | undefined): string[] {
	const given =
		text
			?.toLowerCase()
			.split(/[\s,]+/)
			.filter(Boolean) ?? [];
	for (const name of given)
		if (!/^[a-z0-9.:-]+$/.test(name)) throw new Error(`CLOUD_NAMES has what is no name or address: ${name}`);
	const own = hostname().toLowerCase();
	const local = own.includes(".") ? own : `${own}.local`;
	return [...new Set([...given, local, own, "localhost", "127.0.0.1", "::1", ...addresses()])];
}

/** This computer's, but for those that are good on one link only. */
function addresses(): string[] {
	return Object.values(networkInterfaces())
		.flatMap((each) => each ?? [])
		.filter(({ internal, address }) => !internal && !address.startsWith("fe80:"))
		.map(({ address }) => address);
}

function url(name: string, text: string | undefined, protocols: string[]): string | undefined {
	if (!text) return undefined;
	// The URL may have a password in it, and is not quoted.
	if (!URL.canParse(text) || !protocols.includes(new URL(text).protocol))
		throw new Error(
			`${name} is no URL that begins with ${protocols.map((each) => `${each}//`).join(" or ")}`,
		);
	return text;
}
