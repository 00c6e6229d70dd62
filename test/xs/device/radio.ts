import type { Wifi, WifiEvent, WifiLink, WifiNetwork } from "../../../hosts/host";

/** The set-up page: as large as it may be, and in flash, as this module is preloaded. */
export const PAGE: Uint8Array = new Uint8Array(8_192).fill(0x61);

/** A radio that hears its home's network, and is let in by none. */
export class BenchRadio implements Wifi {
	onEvent: (event: WifiEvent) => void = () => {};
	readonly accessPointAddress = "192.168.4.1";

	connect(): void {}

	disconnect(): void {}

	setAccessPoint(): void {}

	link(): WifiLink {
		return { ssid: "s".repeat(32), rssi: -57, channel: 6 };
	}

	scan(done: (networks: readonly WifiNetwork[]) => void): void {
		done(
			Array.from({ length: 16 }, (_, i) => ({ ssid: `${i}`.padStart(32, "x"), rssi: -40 - i, secure: true })),
		);
	}
}
