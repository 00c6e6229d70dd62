import type { Co2Settings, Flash, Host, Trust, WifiCredentials } from "../hosts/host";
import { Authorities, type Trusting } from "./authorities";
import type { InfluxSettings } from "./cloud/influx";
import type { MqttSettings } from "./cloud/mqtt-events";
import { FlashError } from "./flash-error";
import { SETTINGS_KEY } from "./flash-keys";
import { UNKNOWN_GENERATION } from "./limits";

/** Which keys are taken (auth/key.ts). */
export interface KeyRules {
	/** Of all that are taken, 1 or more. */
	readonly generation: number;
	/** Names of those that are not taken all the same. */
	readonly revoked: readonly string[];
}

const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** What the owner has set; kept in the flash as one JSON text, so that a change is whole or not there. */
export interface Settings {
	auth: {
		/** Whether the MD5 secret is taken beside signed requests. */
		md5: boolean;
	};
	keys: KeyRules;
	/** What the owner calls the device. */
	name: string | null;
	wifi: WifiCredentials | null;
	/** Of the sensor for CO2; null: as it comes. */
	sensors: Co2Settings | null;
	influx: InfluxSettings | null;
	mqtt: MqttSettings | null;
	/** Where to look for updates every day. */
	update: { url: string; trust: Trust } | null;
}

/** Made anew each time: JSON.stringify of XS refuses a constant, which is preloaded into flash. */
function defaults(): Settings {
	return {
		auth: { md5: true },
		keys: { generation: 1, revoked: [] },
		name: null,
		wifi: null,
		sensors: null,
		influx: null,
		mqtt: null,
		update: null,
	};
}

export class SettingsStore {
	readonly #flash: Flash;
	readonly #authorities: Authorities;
	#settings: Settings;

	constructor(host: Pick<Host, "flash" | "digest">) {
		this.#flash = host.flash;
		this.#authorities = new Authorities(host);
		this.#settings = readSettings(host.flash);
		this.#authorities.find(trusting(this.#settings));
	}

	get value(): Readonly<Settings> {
		return this.#settings;
	}

	/**
	 * Writes the change; throws a FlashError, and nothing has changed, if the flash fails. Certificates in it are in the
	 * flash afterwards, and not in memory.
	 */
	change(change: Partial<Settings>): void {
		const settings = { ...this.#settings, ...change };
		try {
			this.#authorities.keep(trusting(settings), trusting(this.#settings));
			this.#flash.set(SETTINGS_KEY, encode(settings));
		} catch {
			throw new FlashError();
		}
		this.#settings = settings;
	}

	/** Back to the defaults in memory; erasing the flash is the factory reset's. */
	forget(): void {
		this.#settings = defaults();
	}
}

/** Those of the settings that may have certificates. */
function trusting({ influx, mqtt, update }: Settings): Trusting[] {
	return [influx, mqtt, update].filter((setting) => setting !== null);
}

/** Settings as JSON, one member after the other, and no text joined to another: all in one would take twice the memory. */
function encode(settings: Settings): Uint8Array {
	const encoder = new TextEncoder();
	const members = Object.entries(settings);
	let size = 1;
	for (const [name, value] of members)
		size += start(name).length + encoder.encode(JSON.stringify(value)).length;
	const bytes = new Uint8Array(size);
	let at = 0;
	const put = (text: string) => {
		at += encoder.encodeInto(text, bytes.subarray(at)).written;
	};
	for (const [name, value] of members) {
		put(start(name));
		put(JSON.stringify(value));
	}
	bytes[0] = OPEN_BRACE;
	bytes[at] = CLOSE_BRACE;
	return bytes;
}

/** What stands before a member's value, in ASCII. */
function start(name: string): string {
	return `,"${name}":`;
}

/**
 * As they stand in the flash. Settings that cannot be read count as none: the device has to start whatever the flash
 * holds.
 */
export function readSettings(flash: Flash): Settings {
	try {
		const bytes = flash.get(SETTINGS_KEY);
		if (!bytes) return defaults();
		const settings: Settings = { ...defaults(), ...JSON.parse(new TextDecoder().decode(bytes)) };
		const { generation, revoked } = settings.keys;
		if (Number.isInteger(generation) && Array.isArray(revoked)) return settings;
	} catch {}
	// No key that was revoked may come back with them.
	return { ...defaults(), keys: { generation: UNKNOWN_GENERATION, revoked: [] } };
}
