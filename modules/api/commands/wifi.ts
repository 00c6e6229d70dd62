import type { WifiCredentials, WifiNetwork } from "../../../hosts/host";
import { PASSPHRASE_MAX, PASSPHRASE_MIN, SSID_BYTES } from "../../limits";
import type { HomeWifi } from "../../wifi/home-wifi";
import type { Command } from "../command";
import { ApiError } from "../error";
import { Fields, noFields } from "../fields";

const FIELDS = ["ssid", "password"];

/** `setWifi`: another network, which is kept only if it gives an address. */
export function setWifi(wifi: HomeWifi | undefined): Command<WifiCredentials> {
	return {
		where: "https",
		validate(value) {
			const credentials = wifiCredentials("setWifi", value);
			if (mustExist(wifi).busy)
				throw new ApiError(409, "wifi-busy", "other Wi-Fi credentials are being tried");
			return credentials;
		},
		perform: ({ ssid }) => ({ ssid, state: "joining" }),
		afterwards: (credentials) => wifi?.try(credentials),
	};
}

interface Scan {
	networks: readonly WifiNetwork[];
}

/** `scanWifi`: the networks in reach. Without an owner it is for whoever may become it. */
export function scanWifi(wifi: HomeWifi | undefined, isPairingOpen: () => boolean): Command<Scan> {
	return {
		where: "https",
		unowned: true,
		validate(value, { proof }) {
			noFields("scanWifi", value);
			if (!proof && !isPairingOpen()) throw pairingClosed();
			mustExist(wifi);
			return { networks: [] };
		},
		prepare(order, done) {
			wifi?.scan((networks) => {
				order.networks = networks ?? [];
				done(networks ? undefined : new ApiError(503, "wifi-busy", "the radio cannot look for networks now"));
			});
		},
		perform: ({ networks }) => ({ networks }),
	};
}

export function pairingClosed(): ApiError {
	return new ApiError(409, "pairing-closed", "press the button to open pairing");
}

/** A network's name and password, of the command or field of that name; an empty password for an open network. */
export function wifiCredentials(name: string, value: unknown): WifiCredentials {
	const fields = new Fields(name, value, FIELDS);
	const ssid = fields.text("ssid", 1, SSID_BYTES);
	const open = fields.any("password") === "";
	return { ssid, password: open ? "" : fields.text("password", PASSPHRASE_MIN, PASSPHRASE_MAX) };
}

function mustExist(wifi: HomeWifi | undefined): HomeWifi {
	if (!wifi) throw new ApiError(409, "no-wifi", "this device has no Wi-Fi of its own");
	return wifi;
}
