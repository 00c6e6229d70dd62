import type { Proof } from "../../auth/authenticator";
import { HTTPS_IDLE, HTTPS_LIMIT } from "../../limits";
import type { Client, Command } from "../command";
import { ApiError } from "../error";
import { Fields } from "../fields";

const NAME = "setHttps";
const FIELDS = ["enabled", "idle", "limit"] as const;

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
export class SetHttps implements Command<HttpsOrder> {
	static readonly names = [NAME, ...FIELDS];
	readonly #mode: HttpsSwitch;

	constructor(mode: HttpsSwitch) {
		this.#mode = mode;
	}

	get name() {
		return NAME;
	}

	get where() {
		return "any" as const;
	}

	get scope() {
		return "m" as const;
	}

	validate(value: unknown, { secure, proof }: Client): HttpsOrder {
		const fields = new Fields(NAME, value, FIELDS);
		const limit = fields.number("limit", HTTPS_LIMIT);
		// Who has heard a secret can begin the mode, which keeps the cloud waiting, and that is not to last.
		const heard = !secure && proof?.method === "md5";
		return {
			enabled: fields.boolean("enabled"),
			idle: fields.number("idle", HTTPS_IDLE),
			limit: heard ? Math.min(limit, HTTPS_LIMIT[1]) : limit,
		};
	}

	prepare({ enabled }: HttpsOrder, done: (error?: unknown) => void): void {
		if (!enabled) done();
		else
			this.#mode.open((error) =>
				done(error === undefined ? undefined : new ApiError(503, "https-unavailable", error)),
			);
	}

	abandon(): void {
		this.#mode.abandon();
	}

	perform({ enabled, idle, limit }: HttpsOrder, { host, proof }: Client): object {
		return enabled && proof ? { enabled, ...this.#mode.describe(host, proof), idle, limit } : { enabled };
	}

	afterwards({ enabled, idle, limit }: HttpsOrder): void {
		if (enabled) this.#mode.enter(idle, limit);
		else this.#mode.leave();
	}
}
