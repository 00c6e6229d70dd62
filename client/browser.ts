import { UnreachableError } from "./errors.js";
import { type KeyOptions, mintKey as mint } from "./key.js";
import type { Platform } from "./platform.js";
import { SensorBase, type SensorOptions } from "./sensor.js";
import { type MqttCommand, type MqttOptions, signMqtt as signFor } from "./signature.js";

export * from "./errors.js";
export type { KeyOptions } from "./key.js";
export { SecureSensor, type SensorOptions } from "./sensor.js";
export type { MqttCommand, MqttOptions } from "./signature.js";
export type * from "./types.js";

/** ms for a whole request. */
const PATIENCE = 15_000;

const encoder = new TextEncoder();

/**
 * Browsers compute digests in pages from HTTPS or localhost only, and look at no certificate on a page's behalf:
 * HTTPS to a sensor works there once its user has accepted the certificate, and pinning does not.
 */
const platform: Platform = {
	pins: false,
	sha256: async (text) => hex(await crypto.subtle.digest("SHA-256", encoder.encode(text))),
	async hmac(key, text) {
		const algorithm = { name: "HMAC", hash: "SHA-256" };
		const secret = await crypto.subtle.importKey("raw", encoder.encode(key), algorithm, false, ["sign"]);
		return hex(await crypto.subtle.sign("HMAC", secret, encoder.encode(text)));
	},
	randomUUID: () => crypto.randomUUID(),
	async exchange(url, { method, headers, body }) {
		try {
			const response = await fetch(url, {
				method,
				headers,
				...(body !== undefined && { body }),
				cache: "no-store",
				credentials: "omit",
				signal: AbortSignal.timeout(PATIENCE),
			});
			const { status } = response;
			return {
				status,
				retryAfter: response.headers.get("retry-after") ?? undefined,
				text: await response.text(),
			};
		} catch (error) {
			throw new UnreachableError(`the sensor cannot be reached: ${(error as Error).message}`, {
				cause: error,
			});
		}
	},
};

/**
 * Makes a key of the owner's UUID: the text to open a `Sensor` with in programs that are not to have the UUID. It takes
 * no device. Rejects with a UsageError for what would be no key.
 */
export function mintKey(uuid: string, options: KeyOptions): Promise<string> {
	return mint(uuid, options, platform.hmac);
}

/**
 * Signs commands for a broker: what to publish, and where. It takes no device, but the token that it has retained there.
 * Rejects with a UsageError for what no sensor would take.
 */
export function signMqtt(
	commands: Record<string, object | null>,
	options: MqttOptions,
): Promise<MqttCommand> {
	return signFor(platform, commands, options);
}

/** A sensor, as its owner and everybody else can talk to it. `url` is of plain HTTP, such as http://192.168.1.16. */
export class Sensor extends SensorBase {
	constructor(url: string, options: SensorOptions = {}) {
		super(platform, url, options);
	}
}

function hex(bytes: ArrayBuffer): string {
	return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
