import type { FastifyBaseLogger } from "fastify";
import type { Kysely } from "kysely";
import type { Attempts } from "./accounts/attempts";
import type { KnownBrowsers } from "./accounts/known-browsers";
import type { Authority } from "./authority/authority";
import type { Broker } from "./broker/broker";
import type { Config } from "./config";
import type { Tables } from "./database/tables";
import type { Motions } from "./events/motions";
import type { Orders } from "./light/orders";
import type { Presence } from "./light/presence";
import type { Live } from "./points/live";
import type { PointStore } from "./points/store";
import type { Seal } from "./secrets/seal";

/** What the parts of the server share, in place of globals. */
export interface Services {
	config: Config;
	database: Kysely<Tables>;
	/** ms since 1970. */
	clock: () => number;
	/** So many bytes that nobody can guess. */
	random: (bytes: number) => Buffer;
	seal: Seal;
	points: PointStore;
	/** Tells pages that are open what is new. */
	live: Live;
	authority: Authority;
	known: KnownBrowsers;
	attempts: Attempts;
	broker: Broker;
	presence: Presence;
	orders: Orders;
	motions: Motions;
	log: FastifyBaseLogger;
	/** `https://name:port`, without a slash at its end: what links in the App and in sensors begin with. */
	origin: string;
}
