import type { WifiCredentials, WifiNetwork } from "../../../hosts/host";
import { PASSPHRASE_MAX, PASSPHRASE_MIN, SSID_BYTES } from "../../limits";
import type { HomeWifi } from "../../wifi/home-wifi";
import type { Client, Command } from "../command";
import { ApiError } from "../error";
import { Fields, noFields } from "../fields";

const SET = "setWifi";
const SCAN = "scanWifi";

/** Of a network's credentials. */
export const WIFI_FIELDS = ["ssid", "password"] as const;

/** `setWifi`: another network, which is kept only if it gives an address. */
export class SetWifi implements Command<WifiCredentials> {
	static readonly names = [SET, ...WIFI_FIELDS];
	readonly #wifi: HomeWifi | undefined;

	constructor(wifi: HomeWifi | undefined) {
		this.#wifi = wifi;
	}

	get name() {
		return SET;
	}

	get where() {
		return "https" as const;
	}

	get scope() {
		return undefined;
	}

	validate(value: unknown): WifiCredentials {
		const credentials = wifiCredentials(SET, value);
		if (mustExist(this.#wifi).busy)
			throw new ApiError(409, "wifi-busy", "other Wi-Fi credentials are being tried");
		return credentials;
	}

	perform({ ssid }: WifiCredentials): object {
		return { ssid, state: "joining" };
	}

	afterwards(credentials: WifiCredentials): void {
		this.#wifi?.try(credentials);
	}
}

interface Scan {
	networks: readonly WifiNetwork[];
}

/** `scanWifi`: the networks in reach. Without an owner it is for whoever may become it. */
export class ScanWifi implements Command<Scan> {
	static readonly names = [SCAN];
	readonly #wifi: HomeWifi | undefined;
	readonly #isPairingOpen: () => boolean;

	constructor(wifi: HomeWifi | undefined, isPairingOpen: () => boolean) {
		this.#wifi = wifi;
		this.#isPairingOpen = isPairingOpen;
	}

	get name() {
		return SCAN;
	}

	get where() {
		return "https" as const;
	}

	get scope() {
		return undefined;
	}

	get unowned() {
		return true;
	}

	validate(value: unknown, { proof }: Client): Scan {
		noFields(SCAN, value);
		if (!proof && !this.#isPairingOpen()) throw pairingClosed();
		mustExist(this.#wifi);
		return { networks: [] };
	}

	prepare(order: Scan, done: (error?: unknown) => void): void {
		this.#wifi?.scan((networks) => {
			order.networks = networks ?? [];
			done(networks ? undefined : new ApiError(503, "wifi-busy", "the radio cannot look for networks now"));
		});
	}

	perform({ networks }: Scan): object {
		return { networks };
	}
}

export function pairingClosed(): ApiError {
	return new ApiError(409, "pairing-closed", "press the button to open pairing");
}

/** A network's name and password, of the command or field of that name; an empty password for an open network. */
export function wifiCredentials(name: string, value: unknown): WifiCredentials {
	const fields = new Fields(name, value, WIFI_FIELDS);
	const ssid = fields.text("ssid", 1, SSID_BYTES);
	const open = fields.any("password") === "";
	return { ssid, password: open ? "" : fields.text("password", PASSPHRASE_MIN, PASSPHRASE_MAX) };
}

function mustExist(wifi: HomeWifi | undefined): HomeWifi {
	if (!wifi) throw new ApiError(409, "no-wifi", "this device has no Wi-Fi of its own");
	return wifi;
}
