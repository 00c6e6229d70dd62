import { ACTS } from "./plan";
import { RELEASE_MOODS } from "./releases";
import { BROKER_MOODS, DATABASE_MOODS } from "./servers";
import { STEPS } from "./slots";
import { STRANGERS } from "./strangers";

const COMMANDS = [
	...[
		"getData",
		"getSettings",
		"getStatus",
		"setColor",
		"setHttps",
		"setAuth",
		"setKeys",
		"setInflux",
		"setMqtt",
	],
	...["setWifi", "scanWifi", "pair", "restart", "factoryReset", "update"],
];
const STORED = [
	"pair",
	"reset",
	"setInflux",
	"setInflux off",
	"setMqtt",
	"setMqtt off",
	"setAuth",
	"setWifi",
];
const KEYS = ["revoke", "restore", "revokeAll"];
const REFUSALS = [
	...["400 invalid-field", "401 wrong-secret", "401 revoked-key", "401 expired-key", "403 clock-not-set"],
	...["403 md5-off", "403 not-in-scope", "403 https-only", "409 not-paired", "409 https-not-begun"],
	...["409 no-update", "409 update-under-way", "409 wifi-busy", "500 flash", "503 https-unavailable"],
	...["503 wifi-busy", "408 request-timeout"],
];
const STATUSES = [
	...[200, 400, 401, 403, 404, 405, 408, 409, 411, 413, 414, 417, 429, 431, 500, 501, 503, 505],
];
const FAULTS = [
	...["settings", "ring"].flatMap((what) =>
		(what === "ring" ? ["write", "erase"] : ["change"]).flatMap((change) => [
			`power cut within a ${change} of the ${what}`,
			`a ${change} of the ${what} refused`,
		]),
	),
	...STEPS.map((step) => `power cut within an update (${step})`),
	...["connection cut", "clock jumps", "http port refused", "https port refused", "certificate not made"],
	...["radio refused", "memory refused"],
];
const STATES = [
	...["paired", "reset", "http mode", "https mode", "pairing open", "pairing closed", "clock set"],
	...[
		"token's hour over",
		"certificate made anew for its key",
		"an order of the light is kept over a restart",
	],
];
const UPDATES = [
	"switched",
	"confirmed",
	"rolled back",
	"crash",
	"late crash",
	"hangs",
	"current ",
	"downloading ",
];

/** Everything that histories are made to come to, by the names that it is counted under. */
export const CATALOGUE: readonly string[] = [
	...ACTS.map((it) => `act: ${it}`),
	...DATABASE_MOODS.filter((it) => it !== "well").map((it) => `fault: database ${it}`),
	...BROKER_MOODS.filter((it) => it !== "well").map((it) => `fault: broker ${it}`),
	...RELEASE_MOODS.filter((it) => it !== "well").map((it) => `fault: releases ${it}`),
	...STRANGERS.map((it) => `stranger: ${it}`),
	...COMMANDS.map((it) => `command: ${it}`),
	...[...STORED, ...KEYS].map((it) => `stored: ${it}`),
	...REFUSALS.map((it) => `answer: ${it}`),
	...STATUSES.map((it) => `status: ${it}`),
	...FAULTS.map((it) => `fault: ${it}`),
	...STATES.map((it) => `state: ${it}`),
	...UPDATES.map((it) => `update: ${it}`),
	...["off", "blink", "solid", "breathe", "error", "update", "pairing", "reset"].map((it) => `light: ${it}`),
	...["replay: 401 replayed", "replay: 401 wrong-token", "take-over: 409 already-paired"],
	...["answer over the broker: 200 ok", "points stored over", "points sent again"],
];

/** What of it never was. */
export function unreached(counts: ReadonlyMap<string, number>): string[] {
	return CATALOGUE.filter((what) => !counts.has(what));
}
