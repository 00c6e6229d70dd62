import type { DeviceEvent, Motion, Readings, ResetReason } from "../../host";
import type { AirState } from "../../simulated/air";

/** What is to be seen of the device now. All of it is public. */
export interface State {
	udid: string;
	/** Where it listens. */
	http: string;
	https: string;
	power: boolean;
	network: boolean;
	/** The button. */
	pressed: boolean;
	/** What the LED shows at this instant, "#rrggbb". */
	light: string;
	/** What it shows when it is lit, or at the peak of a breath. */
	color: string;
	/** The owner's effect, the name of a signal, or "off". */
	effect: string;
	mode: "http" | "https";
	/** When HTTPS mode ends if nobody asks for anything, ms since 1970, device time; 0: not known. */
	httpsEnds: number;
	/** It can be paired. */
	pairing: boolean;
	/** Until when, as above. */
	pairingEnds: number;
	paired: boolean;
	/** Empty if there is none. */
	token: string;
	/** ms since 1970, device time. */
	tokenEnds: number;
	/** When and why it began to run; null: it does not. */
	started: { time: number; reset: ResetReason } | null;
	/** The last one since then. */
	problem: { time: number; message: string } | null;
	cloud: Omit<Extract<DeviceEvent, { event: "cloud" }>, "event">;
	/** The simulated Wi-Fi; null: there is none. */
	wifi: AirState | null;
	/** Since the device was plugged in; null: none. */
	update: Omit<Extract<DeviceEvent, { event: "update" }>, "event"> | null;
}

/** One point of the plots. */
export interface Window {
	/** Seconds since 1970, device time. */
	time: number;
	readings: Readings;
	/** Points that waited for the database when it had been measured. */
	waiting: number;
}

/** A line of what happened. */
export interface Entry {
	/** ms since 1970, device time. */
	time: number;
	kind: string;
	/** Of a request. */
	status?: number;
	text: string;
}

/** Somebody passes, or breathes on it: to be seen while it happens. */
export type Gesture = Motion | "breath";

/** A time in which nothing could be sent. */
export interface Outage {
	kind: "network" | "power" | "https";
	/** ms since 1970, device time. */
	from: number;
	/** Absent while it lasts. */
	to?: number;
}

/** What the page is told: what has changed, or the whole. */
export interface Message {
	/** All that came before is void. */
	whole?: true;
	/** Device time, and how fast it runs. */
	clock: { now: number; rate: number };
	state?: Partial<State>;
	/** To be added. */
	windows?: Window[];
	/** To be added. */
	entries?: Entry[];
	/** What somebody did just now. */
	gestures?: Gesture[];
	/** All that are remembered. */
	outages?: Outage[];
}
