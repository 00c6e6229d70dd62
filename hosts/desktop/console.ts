import type { DeviceEvent } from "../host";
import type { Slot } from "./slots";

/** What is to be said when the device can be reached. */
export interface Ready {
	httpPort: number;
	httpsPort: number;
	udid: string;
	/** Of the firmware that runs. */
	version: string;
	/** Where it comes from, if a supervisor has started it. */
	slot?: Slot;
	paired: boolean;
	/** The data folder. */
	data: string;
	/** The panel's address, if there is one, and whether it is where it was wanted. */
	panel?: { url: string; moved: boolean };
	/** The computer's address on the local network, if it has one. */
	address: string | undefined;
}

/** Where somebody sees what the device does. */
export interface Console {
	ready(ready: Ready): void;
	event(event: DeviceEvent): void;
	/** What the light shows at this moment. */
	glow(red: number, green: number, blue: number): void;
	close(): void;
}

/**
 * Holds back what a starting device says until it can be reached: `ready` comes first. A device that cannot
 * be reached has a problem; from that on all is shown as it comes, and `ready` when it is.
 */
export class StartingConsole {
	#console: Console;
	#held: DeviceEvent[] | undefined = [];
	#ready = false;
	#paired = false;
	#version = "";

	constructor(console: Console) {
		this.#console = console;
	}

	event(event: DeviceEvent): void {
		if (event.event === "paired") this.#paired = event.paired;
		if (event.event === "start") this.#version = event.version;
		if (!this.#held) {
			this.#console.event(event);
			return;
		}
		this.#held.push(event);
		if (event.event === "problem") this.#release();
	}

	/** It can be reached; only the first time counts. */
	ready(ready: Omit<Ready, "paired" | "version">): void {
		if (this.#ready) return;
		this.#ready = true;
		this.#console.ready({ ...ready, version: this.#version, paired: this.#paired });
		this.#release();
	}

	#release(): void {
		const held = this.#held ?? [];
		this.#held = undefined;
		for (const event of held) this.#console.event(event);
	}
}
