import type { Proof } from "../../auth/authenticator";
import { HTTPS_IDLE, HTTPS_LIMIT } from "../../limits";
import type { Command } from "../command";
import { ApiError } from "../error";
import { Fields } from "../fields";

export interface HttpsOrder {
	enabled: boolean;
	/** Seconds without a request after which HTTPS mode ends. */
	idle: number;
	/** Seconds after which it ends at the latest. */
	limit: number;
}

/** What the command needs of the device. */
export interface HttpsSwitch {
	/** Opens the HTTPS port; an error says why it cannot. */
	open(done: (error?: string) => void): void;
	/** Closes it again, unless it is wanted anyway. */
	abandon(): void;
	/**
	 * How the owner finds and recognizes the HTTPS server; `host` is the name or address it used, `proof` what it came
	 * with.
	 */
	describe(host: string, proof: Proof): { url: string; fingerprint: string; proof: string };
	enter(idle: number, limit: number): void;
	leave(): void;
}

/** `setHttps`: switches between plain HTTP and HTTPS. The switch itself waits for the answer to be sent. */
export function setHttps(mode: HttpsSwitch): Command<HttpsOrder> {
	return {
		where: "any",
		validate(value, { secure, proof }) {
			const fields = new Fields("setHttps", value, ["enabled", "idle", "limit"]);
			const limit = fields.number("limit", HTTPS_LIMIT);
			// Who has heard a secret can begin the mode, which keeps the cloud waiting, and that is not to last.
			const heard = !secure && proof?.method === "md5";
			return {
				enabled: fields.boolean("enabled"),
				idle: fields.number("idle", HTTPS_IDLE),
				limit: heard ? Math.min(limit, HTTPS_LIMIT[1]) : limit,
			};
		},
		prepare({ enabled }, done) {
			if (!enabled) done();
			else
				mode.open((error) =>
					done(error === undefined ? undefined : new ApiError(503, "https-unavailable", error)),
				);
		},
		abandon: () => mode.abandon(),
		perform({ enabled, idle, limit }, { host, proof }) {
			return enabled && proof ? { enabled, ...mode.describe(host, proof), idle, limit } : { enabled };
		},
		afterwards({ enabled, idle, limit }) {
			if (enabled) mode.enter(idle, limit);
			else mode.leave();
		},
	};
}
