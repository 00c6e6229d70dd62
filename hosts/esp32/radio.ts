import type { WifiCredentials } from "../host";

/** The radio as wifi.ts uses it. Every call may throw. */
export interface Radio {
	/** Begins to join a network. The radio must be idle as a station. What comes of it is told by onConnected and onDisconnected. */
	connect(credentials: WifiCredentials): void;
	/** Leaves the network, or the attempt to join it: the radio is an idle station. */
	idle(): void;
	/** Becomes an open access point. */
	accessPoint(ssid: string): void;
}

export interface RadioEvents {
	/** It has joined, and has an address. */
	onConnected(): void;
	/** It could not join, or is no longer joined. May be told late, after another call. */
	onDisconnected(): void;
}
