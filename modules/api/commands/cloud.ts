import type { Network, Trust } from "../../../hosts/host";
import type { InfluxSettings } from "../../cloud/influx";
import { MQTT_SCHEMES, type MqttSettings } from "../../cloud/mqtt-events";
import { CREDENTIAL_BYTES, NAME_BYTES, TOPIC_BYTES } from "../../limits";
import type { Command } from "../command";
import { Fields } from "../fields";
import { endpointUrl, TRUST_FIELDS, trustOf } from "./endpoint-fields";

const INFLUX = "setInflux";
const INFLUX_FIELDS = [
	"url",
	"database",
	"user",
	"password",
	"org",
	"bucket",
	"token",
	...TRUST_FIELDS,
] as const;
const MQTT = "setMqtt";
const MQTT_FIELDS = ["url", "user", "password", "topic", "discovery", "light", ...TRUST_FIELDS] as const;

/** `setInflux`: the database that points go to; null: none. */
export const setInflux: Command<InfluxSettings | null> = {
	name: INFLUX,
	fields: INFLUX_FIELDS,
	where: "https",
	scope: "m",

	validate(value, { host }) {
		return value === null ? null : influxSettings(INFLUX, value, host.network);
	},

	settings(influx) {
		return { influx };
	},

	perform(influx, { cloud }) {
		cloud.configureInflux(influx);
		return describeInflux(influx) ?? { enabled: false };
	},
};

/** `setMqtt`: the broker that events go to; null: none. */
export const setMqtt: Command<MqttSettings | null> = {
	name: MQTT,
	fields: MQTT_FIELDS,
	where: "https",
	scope: "m",

	validate(value, { host }) {
		return value === null ? null : mqttSettings(MQTT, value, host.network);
	},

	settings(mqtt) {
		return { mqtt };
	},

	perform(mqtt, { cloud }) {
		cloud.events.configure(mqtt);
		return describeMqtt(mqtt) ?? { enabled: false };
	},
};

/** What may be told of it: no password, no token. */
export function describeInflux(influx: InfluxSettings | null): object | null {
	if (!influx) return null;
	const { url, database, user, org, bucket, trust } = influx;
	return { url, database, user, org, bucket, ...describeTrust(trust) };
}

/** What may be told of it: no password. */
export function describeMqtt(mqtt: MqttSettings | null): object | null {
	if (!mqtt) return null;
	const { url, user, topic, discovery, light = false, trust } = mqtt;
	return { url, user, topic, discovery, light, ...describeTrust(trust) };
}

/** `command`: whose value it is, for errors. */
export function influxSettings(command: string, value: unknown, network: Network): InfluxSettings {
	const fields = new Fields(command, value, INFLUX_FIELDS);
	const url = endpointUrl(fields);
	const text = (name: string, most: number) => (fields.has(name) ? fields.text(name, 1, most) : undefined);
	const [database, bucket] = [text("database", NAME_BYTES), text("bucket", NAME_BYTES)];
	if ((database === undefined) === (bucket === undefined))
		throw fields.invalid(
			database === undefined ? "database" : "bucket",
			"given, or else the other of database and bucket",
		);
	for (const name of database === undefined ? ["user", "password"] : ["org", "token"])
		if (fields.has(name)) throw fields.invalid(name, "left out: it belongs to the other kind of database");
	return defined({
		url,
		database,
		user: text("user", NAME_BYTES),
		password: text("password", CREDENTIAL_BYTES),
		org: text("org", NAME_BYTES),
		bucket,
		token: text("token", CREDENTIAL_BYTES),
		trust: trustOf(fields, network),
	});
}

/** `command`: whose value it is, for errors. */
export function mqttSettings(command: string, value: unknown, network: Network): MqttSettings {
	const fields = new Fields(command, value, MQTT_FIELDS);
	const topic = fields.has("topic") ? fields.text("topic", 1, TOPIC_BYTES) : "ambient16";
	// MQTT 3.1.1, 4.7: wildcards have no place in a topic that is published to, `$` is the broker's.
	if (/[+#]|^\$|^\/|\/$/.test(topic))
		throw fields.invalid("topic", "a topic without + and #, and no / at its ends");
	return defined({
		url: endpointUrl(fields, MQTT_SCHEMES),
		user: fields.has("user") ? fields.text("user", 1, NAME_BYTES) : undefined,
		password: fields.has("password") ? fields.text("password", 1, CREDENTIAL_BYTES) : undefined,
		topic,
		discovery: fields.has("discovery") ? fields.boolean("discovery") : true,
		light: fields.has("light") ? fields.boolean("light") : false,
		trust: trustOf(fields, network),
	});
}

/** A certificate is public; its text is long, and that there is one is enough to know. */
function describeTrust(trust: Trust): object {
	return defined({ ca: "ca" in trust || undefined, fingerprint: trust.fingerprint });
}

/** Without the fields that are undefined. */
function defined<T extends object>(object: T): T {
	return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}
