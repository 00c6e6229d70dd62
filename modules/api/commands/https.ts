import { HTTPS_IDLE, HTTPS_LIMIT } from "../../limits";
import type { Parts } from "../../parts";
import type { Client, Command } from "../command";
import { ApiError } from "../error";
import { Fields } from "../fields";

const NAME = "setHttps";
const FIELDS = ["enabled", "idle", "limit"] as const;

interface HttpsOrder {
	enabled: boolean;
	/** Seconds without a request after which HTTPS mode ends. */
	idle: number;
	/** Seconds after which it ends at the latest. */
	limit: number;
}

/** `setHttps`: switches between plain HTTP and HTTPS. The switch itself waits for the answer to be sent. */
export const setHttps: Command<HttpsOrder> = {
	name: NAME,
	fields: FIELDS,
	where: "any",
	scope: "m",

	validate(value, _device, { secure, proof }) {
		const fields = new Fields(NAME, value, FIELDS);
		const limit = fields.number("limit", HTTPS_LIMIT);
		// Who has heard a secret can begin the mode, which keeps the cloud waiting, and that is not to last.
		const heard = !secure && proof?.method === "md5";
		return {
			enabled: fields.boolean("enabled"),
			idle: fields.number("idle", HTTPS_IDLE),
			limit: heard ? Math.min(limit, HTTPS_LIMIT[1]) : limit,
		};
	},

	prepare({ enabled }, { ports }, done) {
		if (!enabled) done();
		else
			ports.https.tryOpen((error) =>
				done(error === undefined ? undefined : new ApiError(503, "https-unavailable", error)),
			);
	},

	abandon({ ports }) {
		ports.arrange();
	},

	perform({ enabled, idle, limit }, device, client) {
		return enabled && client.proof
			? { enabled, ...describeServer(device, client), idle, limit }
			: { enabled };
	},

	afterwards({ enabled, idle, limit }, { mode, vault, closed }) {
		if (!enabled) mode.leave();
		else if (vault.paired && !closed) mode.enter(idle, limit);
	},
};

/** How the owner finds and recognizes the HTTPS server. */
function describeServer({ host, identity, ports }: Parts, client: Client): object {
	const name = client.host || host.network.address() || "localhost";
	const literal = name.includes(":") && !name.startsWith("[") ? `[${name}]` : name;
	const { fingerprint } = identity;
	return {
		url: `https://${literal}:${ports.https.number}/`,
		fingerprint,
		proof: client.proof?.secret.hmac(`${client.proof.token}\n${fingerprint}`),
	};
}
