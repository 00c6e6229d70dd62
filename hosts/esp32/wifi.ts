import type { Wifi, WifiCredentials, WifiEvent, WifiLink, WifiNetwork } from "../host";
import type { CaptiveDns } from "./captive-dns";

/** What the chip's radio can do. Every call may throw. */
export interface Radio extends Pick<Wifi, "connect" | "disconnect" | "link" | "scan"> {
	openAccessPoint(ssid: string): void;
	closeAccessPoint(): void;
}

export interface ChipWifiOptions {
	/** Of the access point: 32 bytes at most (IEEE 802.11). */
	name: string;
	/** The device's address there. */
	address: string;
	radio(onEvent: (event: WifiEvent) => void): Radio;
	/** Answers the phones in the access point. */
	dns: Pick<CaptiveDns, "open" | "close">;
	/** There is an address, or another one than before: a network's that it has joined, or the access point's own. */
	onOnline(joined: boolean): void;
	/** There is none any more. */
	onOffline(): void;
}

/** The chip's radio for the device, and what follows from it for the rest of the chip. */
export class ChipWifi implements Wifi {
	onEvent: (event: WifiEvent) => void = () => {};
	readonly accessPointAddress: string;
	readonly #options: ChipWifiOptions;
	readonly #radio: Radio;
	#joined = false;
	#open = false;

	constructor(options: ChipWifiOptions) {
		this.#options = options;
		this.accessPointAddress = options.address;
		this.#radio = options.radio((event) => this.#tell(event));
	}

	connect(credentials: WifiCredentials): void {
		this.#radio.connect(credentials);
	}

	disconnect(): void {
		this.#left();
		this.#radio.disconnect();
	}

	setAccessPoint(open: boolean): void {
		if (open) {
			this.#radio.openAccessPoint(this.#options.name);
			this.#options.dns.open();
		} else {
			this.#options.dns.close();
			this.#radio.closeAccessPoint();
		}
		this.#open = open;
		this.#arrange();
	}

	link(): WifiLink | undefined {
		return this.#joined ? this.#radio.link() : undefined;
	}

	scan(done: (networks: readonly WifiNetwork[]) => void): void {
		this.#radio.scan(done);
	}

	#tell(event: WifiEvent): void {
		if (event === "joined") {
			this.#joined = true;
			this.#arrange();
		} else if (event !== "associated") this.#left();
		this.onEvent(event);
	}

	#left(): void {
		if (!this.#joined) return;
		this.#joined = false;
		this.#arrange();
	}

	#arrange(): void {
		if (this.#joined || this.#open) this.#options.onOnline(this.#joined);
		else this.#options.onOffline();
	}
}
