import type { Host, Timer } from "../../hosts/host";
import { PAIRING_TIME } from "../limits";

type PairingHost = Pick<Host, "timers" | "report">;

export interface PairingDevice {
	/** It has opened, or closed. */
	onPairing(open: boolean): void;
}

/** The minutes in which an unpaired device may be paired. */
export class PairingWindow {
	#host: PairingHost;
	#device: PairingDevice;
	#timer: Timer;
	#open = false;

	constructor(host: PairingHost, device: PairingDevice) {
		this.#host = host;
		this.#device = device;
	}

	get isOpen(): boolean {
		return this.#open;
	}

	/** Opens it, or starts its time anew. */
	open(): void {
		this.#host.timers.clear(this.#timer);
		this.#timer = this.#host.timers.once(() => this.close(), PAIRING_TIME);
		if (!this.#open) this.#change(true);
	}

	close(): void {
		this.#host.timers.clear(this.#timer);
		if (this.#open) this.#change(false);
	}

	#change(open: boolean): void {
		this.#open = open;
		this.#host.report?.({ event: "pairing", open });
		this.#device.onPairing(open);
	}
}
