import type { WifiCredentials, WifiNetwork } from "../../../hosts/host";
import { PASSPHRASE_MAX, PASSPHRASE_MIN, SSID_BYTES } from "../../limits";
import type { HomeWifi } from "../../wifi/home-wifi";
import type { Command } from "../command";
import { ApiError } from "../error";
import { Fields, noFields } from "../fields";

const SET = "setWifi";
const SCAN = "scanWifi";

/** Of a network's credentials. */
export const WIFI_FIELDS = ["ssid", "password"] as const;

/** `setWifi`: another network, which is kept only if it gives an address. */
export const setWifi: Command<WifiCredentials> = {
	name: SET,
	fields: WIFI_FIELDS,
	where: "https",
	scope: undefined,

	validate(value, { wifi }) {
		const credentials = wifiCredentials(SET, value);
		mustExist(wifi);
		if (wifi.busy) throw new ApiError(409, "wifi-busy", "other Wi-Fi credentials are being tried");
		return credentials;
	},

	perform({ ssid }) {
		return { ssid, state: "joining" };
	},

	afterwards(credentials, { wifi }) {
		wifi?.try(credentials);
	},
};

interface Scan {
	networks: readonly WifiNetwork[];
}

/** `scanWifi`: the networks in reach. Without an owner it is for whoever may become it. */
export const scanWifi: Command<Scan> = {
	name: SCAN,
	fields: [],
	where: "https",
	scope: undefined,
	unowned: true,

	validate(value, { pairing, wifi }, { proof }) {
		noFields(SCAN, value);
		if (!proof && !pairing.isOpen) throw pairingClosed();
		mustExist(wifi);
		return { networks: [] };
	},

	prepare(order, { wifi }, done) {
		wifi?.scan((networks) => {
			order.networks = networks ?? [];
			done(networks ? undefined : new ApiError(503, "wifi-busy", "the radio cannot look for networks now"));
		});
	},

	perform({ networks }) {
		return { networks };
	},
};

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

function mustExist(wifi: HomeWifi | undefined): asserts wifi {
	if (!wifi) throw new ApiError(409, "no-wifi", "this device has no Wi-Fi of its own");
}
