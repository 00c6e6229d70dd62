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
	/** How the owner finds and recognizes the HTTPS server; `host` is the name or address it used. */
	describe(host: string): { url: string; fingerprint: string; proof: string };
	enter(idle: number, limit: number): void;
	leave(): void;
}

/** `setHttps`: switches between plain HTTP and HTTPS. The switch itself waits for the answer to be sent. */
export function setHttps(mode: HttpsSwitch): Command<HttpsOrder> {
	return {
		where: "any",
		validate(value) {
			const fields = new Fields("setHttps", value, ["enabled", "idle", "limit"]);
			return {
				enabled: fields.boolean("enabled"),
				idle: fields.number("idle", HTTPS_IDLE),
				limit: fields.number("limit", HTTPS_LIMIT),
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
		perform({ enabled, idle, limit }, client) {
			return enabled ? { enabled, ...mode.describe(client.host), idle, limit } : { enabled };
		},
		afterwards({ enabled, idle, limit }) {
			if (enabled) mode.enter(idle, limit);
			else mode.leave();
		},
	};
}
