// biome-ignore lint/style/useNodejsImportProtocol: this is the SDK's module.
import Net from "net";
import WiFi from "wifi";
import type { WifiCredentials, WifiEvent, WifiLink, WifiNetwork } from "../host";
import { watchWifi, wifiReason } from "./chip";
import type { Radio } from "./wifi";

/** IEEE 802.11. 1, 6 and 11 do not overlap; the SDK's default is 1. */
const ACCESS_POINT_CHANNEL = 6;

/** Why ESP-IDF says that a connection ended or did not come about (wifi_err_reason_t). */
const NOT_FOUND = [201, 210, 211, 212];
/** Authentication and handshakes, of WPA2 and of WPA3. */
const REFUSED = [14, 15, 16, 17, 23, 202, 204];
/** Networks that a scan gives: in a crowded house more are found than memory is left for. */
const SCANNED = 32;

/** The chip's radio by the SDK's Wi-Fi module: the ECMA-419 one knows no access point. Starts it, so only one may be made. */
export class SdkRadio implements Radio {
	/** `hostName`: by which the station asks for an address (DHCP). */
	constructor(hostName: string, onEvent: (event: WifiEvent) => void) {
		watchWifi(hostName);
		new WiFi(undefined, (message: string) => {
			if (message === "connect") onEvent("associated");
			else if (message === "gotIP") onEvent("joined");
			else if (message === "disconnect") onEvent(reasonOf(wifiReason()));
		});
		WiFi.mode = WiFi.Mode.station;
	}

	connect({ ssid, password }: WifiCredentials): void {
		WiFi.connect(password ? { ssid, password } : { ssid });
	}

	disconnect(): void {
		WiFi.disconnect();
	}

	/** Beside the station, which can look for networks meanwhile. */
	openAccessPoint(ssid: string): void {
		const options = { ssid, channel: ACCESS_POINT_CHANNEL, station: true };
		WiFi.accessPoint(options);
	}

	closeAccessPoint(): void {
		WiFi.mode = WiFi.Mode.station;
	}

	link(): WifiLink | undefined {
		// The SDK's typings do not know the channel.
		const [ssid, rssi, channel] = [Net.get("SSID"), Net.get("RSSI"), Net.get("CHANNEL" as "RSSI")];
		return ssid === undefined || rssi === undefined || channel === undefined
			? undefined
			: { ssid, rssi, channel };
	}

	scan(done: (networks: readonly WifiNetwork[]) => void): void {
		const networks: WifiNetwork[] = [];
		WiFi.scan({}, (found) => {
			if (!found) done(networks);
			else if (networks.length < SCANNED)
				networks.push({ ssid: found.ssid, rssi: found.rssi, secure: found.authentication !== "none" });
		});
	}
}

function reasonOf(reason: number): WifiEvent {
	if (NOT_FOUND.includes(reason)) return "not-found";
	return REFUSED.includes(reason) ? "wrong-password" : "lost";
}
