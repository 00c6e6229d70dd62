import { randomFillSync } from "node:crypto";
import type {
	Announce,
	Clock,
	DeviceEvent,
	Diagnostics,
	Flash,
	Host,
	Led,
	ResetReason,
	Storage,
	Timers,
	Updater,
	Wifi,
} from "../host";
import type { SimulatedAir } from "../simulated/air";
import { SimulatedButton } from "../simulated/button";
import { SimulatedSensors } from "../simulated/sensors";
import { UPDATE_KEY } from "../update-key";
import type { MdnsAnnounce } from "./announce";
import type { Cable } from "./cable";
import { type Console, StartingConsole } from "./console";
import type { Data } from "./data";
import { digest, hmac } from "./digest";
import { DesktopNetwork } from "./network";
import type { OpenPanel } from "./panel/open";
import { readSetupPage } from "./setup-page";
import type { ReadyMessage, Slot, Slots } from "./slots";
import { SlotUpdater } from "./updater";

/** What outlives a restart of the device. */
export interface DeskParts extends Data {
	/** Device time. */
	time: Clock & Timers;
	realTime: Clock & Timers;
	httpPort: number;
	httpsPort: number;
	/** Of the simulated room. */
	seed: number;
	announce: MdnsAnnounce;
	cable: Cable;
	/** Where its Wi-Fi is simulated. */
	air?: SimulatedAir;
	console: Console;
	panel?: OpenPanel;
	/** The port that was wanted for it. */
	panelPort: number;
	/** Where there is a supervisor: the slots, and which of them this is. */
	slots?: Slots;
	running?: Slot;
	diagnostics: DeskDiagnostics;
	onException(error: unknown): void;
}

/** A computer tells better than the device what memory there is. */
export type DeskDiagnostics = Pick<Diagnostics, "problems"> & { reset: ResetReason };

/** The surroundings of one device from its start to its end. */
export class DesktopHost implements Host {
	readonly digest = digest;
	readonly hmac = hmac;
	readonly udid: string;
	readonly clock: Clock;
	readonly timers: Timers;
	readonly flash: Flash;
	readonly storage: Storage;
	readonly network: DesktopNetwork;
	readonly led: Led;
	readonly button: SimulatedButton;
	readonly sensors: SimulatedSensors;
	readonly announce: Announce;
	readonly updater?: Updater;
	readonly wifi?: Wifi;
	readonly diagnostics: Diagnostics;
	readonly setupPage?: Uint8Array;
	#parts: DeskParts;
	#console: StartingConsole;
	/** What it takes to be ready. */
	#open = new Set<"http" | "https">();
	#pairable = false;
	#ready = false;
	#dead = false;
	#onRestart: () => void;

	constructor(parts: DeskParts, onRestart: () => void) {
		const { udid, time, httpPort, httpsPort, seed, onException } = parts;
		this.#parts = parts;
		this.udid = udid;
		this.clock = time;
		this.timers = time;
		this.flash = parts.flash;
		this.storage = parts.storage;
		this.network = new DesktopNetwork({
			port: httpPort,
			httpsPort,
			cable: parts.cable,
			time: parts.realTime,
			onListening: (secure) => {
				this.#open.add(secure ? "https" : "http");
				this.#checkReady();
			},
			onException,
		});
		const panel = parts.panel?.panel;
		this.led = {
			gamma: 1,
			set: (red, green, blue) => {
				panel?.glow(red, green, blue);
				parts.console.glow(red, green, blue);
			},
		};
		const onTouch = (pressed: boolean) => panel?.touch({ pressed });
		this.button = new SimulatedButton({ timers: time, onTouch, onException });
		this.sensors = new SimulatedSensors({ seed, clock: time, timers: time, onException });
		this.announce = parts.announce;
		this.diagnostics = parts.diagnostics;
		this.#console = new StartingConsole(parts.console);
		this.#onRestart = onRestart;
		const { slots, running, air } = parts;
		const page = readSetupPage();
		if (air) this.wifi = air;
		if (air && page) this.setupPage = page;
		if (slots && running)
			this.updater = new SlotUpdater({ slots, running, key: UPDATE_KEY, onSwitch: () => this.restart() });
	}

	random(count: number): Uint8Array {
		return randomFillSync(new Uint8Array(count));
	}

	restart(): void {
		this.#onRestart();
	}

	report(event: DeviceEvent): void {
		if (this.#dead) return;
		this.#parts.panel?.panel.event(event);
		if (event.event === "paired") this.#pairable = !event.paired;
		// Its time was over before there was a certificate, as may be where device time runs fast.
		if (event.event === "pairing" && !event.open) this.#pairable = false;
		// HTTPS may never open.
		if (event.event === "problem") this.#pairable = false;
		this.#checkReady();
		this.#console.event(event);
	}

	/** Ready is a device that can be talked to: while it can be paired, over HTTPS too. */
	#checkReady(): void {
		if (this.#ready || !this.#open.has("http") || (this.#pairable && !this.#open.has("https"))) return;
		this.#ready = true;
		const { httpPort, httpsPort, udid, data, panel, panelPort, running } = this.#parts;
		const panelMessage = panel && { panelPort: panel.port };
		process.send?.({ httpPort, httpsPort, ...panelMessage } satisfies ReadyMessage);
		this.#console.ready({
			httpPort,
			httpsPort,
			udid,
			...(running && { slot: running }),
			data,
			...(panel && { panel: { url: `http://127.0.0.1:${panel.port}`, moved: panel.port !== panelPort } }),
			address: this.network.address(),
		});
	}

	/** Its power is gone: whatever the device says from now on, nobody hears. */
	die(): void {
		this.#dead = true;
	}

	/** Leaves nothing running. Open connections have `grace` ms to take their answers. */
	async close(grace: number): Promise<void> {
		this.button.close();
		this.sensors.close();
		await this.network.close(grace);
	}
}
