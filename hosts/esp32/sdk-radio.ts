import WiFi from "wifi";
import type { WifiCredentials } from "../host";
import type { Radio, RadioEvents } from "./radio";

/** IEEE 802.11. 1, 6 and 11 do not overlap; the SDK's default is 1. */
const ACCESS_POINT_CHANNEL = 6;

/** The chip's radio by the SDK's Wi-Fi module: the ECMA-419 one knows no access point. Starts it, so only one may be made. */
export class SdkRadio implements Radio {
	constructor(events: RadioEvents) {
		new WiFi(undefined, (message: string) => {
			if (message === "gotIP") events.onConnected();
			else if (message === "disconnect") events.onDisconnected();
		});
		WiFi.mode = WiFi.Mode.station;
	}

	connect({ ssid, password }: WifiCredentials): void {
		WiFi.connect(password ? { ssid, password } : { ssid });
	}

	idle(): void {
		WiFi.disconnect();
		WiFi.mode = WiFi.Mode.station;
	}

	accessPoint(ssid: string): void {
		WiFi.disconnect();
		WiFi.accessPoint({ ssid, channel: ACCESS_POINT_CHANNEL });
	}
}
