import { readFileSync } from "node:fs";
import type { Kysely } from "kysely";
import type { Authority } from "../authority/authority";
import type { Config } from "../config";
import type { Tables } from "../database/tables";
import { digest } from "../secrets/tokens";
import type { Broker } from "./broker";
import { openMosquitto } from "./mosquitto";
import { openOwnBroker } from "./own";

export interface OpenOptions {
	authority: Authority;
	database: Kysely<Tables>;
	/** ms. */
	clock(): number;
	onError(error: unknown): void;
}

/** Mosquitto, where there is to be one, or else a broker in this process. A sensor's password is its token. */
export function openBroker(
	{ mqttUrl, mqttCa, mqttPort, host, names }: Config,
	{ authority, database, clock, onError }: OpenOptions,
): Promise<Broker> {
	if (mqttUrl !== undefined)
		return openMosquitto({
			url: mqttUrl,
			...(mqttCa !== undefined && { ca: readFileSync(mqttCa, "utf8") }),
			onError,
		});
	return openOwnBroker({
		...authority.server,
		ca: authority.ca,
		name: names[0] ?? "localhost",
		port: mqttPort,
		host,
		clock,
		verify: async (sensor, password) =>
			(await database
				.selectFrom("sensors")
				.select("id")
				.where("id", "=", sensor)
				.where("token", "=", digest(password))
				.executeTakeFirst()) !== undefined,
		onError,
	});
}
