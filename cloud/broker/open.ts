import { timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Kysely } from "kysely";
import type { Authority } from "../authority/authority";
import type { Config } from "../config";
import type { Tables } from "../database/tables";
import type { Seal } from "../secrets/seal";
import { accessOf } from "../sensors/access";
import type { Broker } from "./broker";
import { openMosquitto } from "./mosquitto";
import { openOwnBroker } from "./own";

export interface OpenOptions {
	authority: Authority;
	database: Kysely<Tables>;
	seal: Seal;
	/** ms. */
	clock(): number;
	onError(error: unknown): void;
}

/** Mosquitto, where there is to be one, or else a broker in this process. */
export function openBroker(
	{ mqttUrl, mqttCa, mqttPort, host, names }: Config,
	{ authority, database, seal, clock, onError }: OpenOptions,
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
		async verify(id, password) {
			const row = await database
				.selectFrom("sensors")
				.select("generation")
				.where("id", "=", id)
				.executeTakeFirst();
			return row !== undefined && isSame(password, accessOf({ seal }, { id, ...row }).password);
		},
		onError,
	});
}

function isSame(given: string, right: string): boolean {
	const [one, other] = [Buffer.from(given), Buffer.from(right)];
	return one.length === other.length && timingSafeEqual(one, other);
}
