/** What `GET /` tells everybody. */
export interface Info {
	type: "Ambient16";
	version: string;
	udid: string;
	deviceType: string;
	/** Changes every hour. */
	token: string;
	auth: ("md5" | "hmac-sha256" | "key")[];
	paired: boolean;
	/** Of a sensor that can be paired now: the port of its HTTPS. */
	https?: number;
	/** While it is let into a network over its own access point: how that goes. */
	wifi?: WifiState;
	/** Where it is, once it has joined. */
	address?: string;
}

/** A name such as "blue", "off", "#rrggbb" or "#rgb", or channels from 0 to 255. */
export type Color = string | { red: number; green: number; blue: number };

export interface ColorOptions {
	/** "blink" unless told otherwise. */
	effect?: "blink" | "solid" | "breathe";
	/** Seconds, 1 to 86400, or null: until the next order; 10 unless told otherwise. */
	duration?: number | null;
	/** Percent, 0 to 100; 100 unless told otherwise. */
	intensity?: number;
}

export type Motion = "left-to-right" | "right-to-left";

/** What ten seconds came to. A quantity that the device does not measure is absent. */
export interface Window {
	/** Begin, seconds since 1970; null while the device's clock is not set. */
	time: number | null;
	seconds: number;
	samples: number;
	/** °C */
	temperature?: number;
	/** % relative */
	humidity?: number;
	/** Pa */
	pressure?: number;
	/** lx */
	illuminance?: number;
	/** ppm */
	co2?: number;
	motion?: number;
	motionEvents: number;
}

export interface Data {
	/** null before the first window is complete. */
	window: Window | null;
	/** Since the start of the device. */
	events: { motion: Record<Motion, number> };
}

/** How the device is. */
export interface Status {
	version: string;
	/** Seconds since the start. */
	uptime: number;
	/** Why it started. */
	reset: "power" | "restart" | "crash" | "watchdog" | "brownout" | "external" | "unknown";
	/** Seconds since 1970; null while its clock is not set. */
	time: number | null;
	address: string | null;
	/** null: in no network; absent where it has no Wi-Fi of its own. */
	wifi?: { ssid: string; rssi: number; channel: number } | null;
	/** Bytes, but for the slots of XS; absent on a desk. */
	memory?: {
		xs: { slots: number; chunks: number; free?: number; least?: number };
		heap?: { free: number; least: number };
	};
	connections: { http: number; https: number };
	points: Settings["points"];
	events: Settings["events"];
	/** `trial`: this firmware has not confirmed itself yet. */
	update: Omit<UpdateStatus, "daily"> & { trial: boolean };
	/** The last 16, the latest first; `time` in seconds since 1970, null while the clock is not set. */
	problems: { time: number | null; message: string; count: number }[];
}

/** Whom the device is to believe; without either, the well-known authorities. */
export interface Trust {
	/** The only authorities that count, PEM. */
	ca?: string;
	/** SHA-256 of the one certificate that counts, hex. */
	fingerprint?: string;
}

export type Influx = Trust & { url: string } & (
		| { database: string; user?: string; password?: string }
		| { bucket: string; org?: string; token?: string }
	);

export interface Mqtt extends Trust {
	url: string;
	user?: string;
	password?: string;
	topic?: string;
	discovery?: boolean;
	/** Whether the broker's users may set the light. */
	light?: boolean;
}

export interface UpdateStatus {
	state: "idle" | "checking" | "downloading" | "restarting" | "failed" | "current";
	version?: string;
	percent?: number;
	bytes?: number;
	error?: string;
	/** Where the device looks for updates once a day. */
	daily: string | null;
}

export interface Settings {
	auth: { md5: boolean };
	/** `tried`: what became of the last `setWifi` since the sensor's start. */
	wifi: { ssid: string; tried?: { ssid: string; state: WifiState } } | null;
	/** Of the sensor for CO2; absent before the firmware knew them. */
	sensors?: (Partial<Co2Settings> & { recalibration?: Recalibration }) | null;
	influx: Record<string, unknown> | null;
	/** What the owner calls it; absent before the firmware knew names. */
	name?: string | null;
	mqtt: Record<string, unknown> | null;
	points: { waiting: number; sent: number; lost: number; refused: number; error?: string };
	events: { connected: boolean; commands?: boolean; dropped: number; error?: string };
	update: UpdateStatus;
	/** Absent before the firmware knows keys. */
	keys?: {
		/** Of the keys that are good. */
		generation: number;
		/** Names of those that are not any more. */
		revoked: string[];
		/** The last 8 that were used since the start of the device; `time` in seconds since 1970, null if not known. */
		seen: { name: string; scope: string; time: number | null }[];
	};
}

/** Where the sensor for CO2 is. */
export interface Co2Settings {
	/** °C that it is warmer than the air around the device, 0 to 20. */
	temperatureOffset: number;
	/** m above the sea, 0 to 3000. */
	altitude: number;
}

/** What became of the last recalibration since the sensor's start. */
export interface Recalibration {
	/** ppm */
	co2: number;
	state: "running" | "done" | "failed";
}

export interface KeysOrder {
	/** Names of keys that are worth nothing from now on, 16 at most. */
	revoke?: string[];
	/** Names of revoked ones that are good again. */
	restore?: string[];
	/** All that were ever made are worth nothing; new ones are of the next generation. */
	revokeAll?: true;
}

export type WifiState = "joining" | "joined" | "wrong-password" | "not-found" | "no-address";

export interface WifiNetwork {
	ssid: string;
	/** Strength in dBm. */
	rssi: number;
	/** Whether it wants a password. */
	secure: boolean;
}

export interface Wifi {
	ssid: string;
	password: string;
}

export interface HttpsTimes {
	/** Seconds without a request after which HTTPS mode ends; 120 unless told otherwise. */
	idle?: number;
	/** Seconds after which it ends at the latest; 900 unless told otherwise. */
	limit?: number;
}
