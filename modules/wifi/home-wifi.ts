import type { Timer, Wifi, WifiCredentials, WifiNetwork } from "../../hosts/host";
import {
	ACCESS_POINT_GRACE,
	ACCESS_POINT_TIME,
	WIFI_AWAY_TIME,
	WIFI_LEAVE_TIME,
	WIFI_NETWORKS,
	WIFI_RETRY_BESIDE,
	WIFI_SCAN_TIME,
	WIFI_TRIAL_FAILURES,
	WIFI_TRIAL_TIME,
} from "../limits";
import { Station, type StationHost, type WifiFailure, type WifiState } from "./station";

export interface WifiDevice {
	readonly settings: {
		/** Writes what has shown that it works; throws if the flash fails. */
		change(change: { wifi: WifiCredentials }): void;
	};
	readonly ports: {
		/** The access point opened or closed, or the state or the address is another. */
		arrange(): void;
	};
	onProblem(message: string): void;
}

/** New credentials that have to show that they work. */
interface Trial {
	credentials: WifiCredentials;
	failures: number;
	failure: WifiFailure;
	end: Timer;
}

/** What became of the last trial since the start. */
export interface TrialResult {
	ssid: string;
	state: WifiState;
}

/**
 * The device in the home's Wi-Fi. Without an owner it is an open access point: a password would have to be known before,
 * and what is secret goes over TLS. With one it keeps to its network, tries new credentials before it gives up the old
 * ones, and opens the access point beside, for a while, where it would be out of reach otherwise.
 */
export class HomeWifi {
	readonly #host: StationHost;
	readonly #wifi: Wifi;
	readonly #device: WifiDevice;
	readonly #station: Station;
	/** What it goes back to. */
	#kept: WifiCredentials | undefined;
	#trial: Trial | undefined;
	#result: TrialResult | undefined;
	#open = false;
	#opening: Timer;
	#closing: Timer;
	#away: Timer;
	#leaving: Timer;
	/** The time limit of the search that is under way. */
	#search: Timer;
	/** The timers of all that is still to be said of searches. */
	readonly #answers = new Set<Timer>();
	/** The present outage has been told. */
	#complained = false;

	constructor(host: StationHost, wifi: Wifi, device: WifiDevice) {
		this.#host = host;
		this.#wifi = wifi;
		this.#device = device;
		this.#station = new Station(host, wifi, this);
		wifi.onEvent = (event) => {
			try {
				this.#station.follow(event);
			} catch {
				device.onProblem("the Wi-Fi failed");
			}
		};
	}

	/** The access point is open. */
	get accessPoint(): boolean {
		return this.#open;
	}

	/** The access point is there for the owner's network to be set, or to be seen to work: it is not the only network. */
	get settingUp(): boolean {
		return this.#open && this.state !== undefined;
	}

	/** How it stands with the network that was asked for last, or with the one it keeps to; undefined: there is none. */
	get state(): WifiState | undefined {
		if (!this.#kept && !this.#trial && !this.#result) return undefined;
		if (this.busy) return "joining";
		const { state } = this.#station;
		const failure = this.#result?.state;
		return state === "joined" || failure === undefined || failure === "joined" ? state : failure;
	}

	/** What became of the last trial. */
	get trial(): TrialResult | undefined {
		return this.#result;
	}

	/** A trial is under way, or leave is taken before it or for good. */
	get busy(): boolean {
		return this.#trial !== undefined || this.#leaving !== undefined;
	}

	/** ms: the least pause between two attempts to join at present. */
	get pause(): number {
		// Whoever sets the device up over its access point loses it while the radio looks for a network.
		return this.#open && !this.#trial ? WIFI_RETRY_BESIDE : 0;
	}

	/** At the start, with what the flash holds; undefined: there is no network to join. */
	start(kept: WifiCredentials | undefined): void {
		this.#kept = kept;
		if (!kept) {
			this.#openAccessPoint();
			return;
		}
		this.#station.join(kept);
		this.#away = this.#host.network.timers.once(() => this.#visit(ACCESS_POINT_TIME), WIFI_AWAY_TIME);
	}

	/** The device has got an owner, who may have named a network: the access point stays until that is known to work. */
	paired(credentials: WifiCredentials | undefined): void {
		if (!credentials) return;
		this.#endTrial();
		this.#kept = credentials;
		this.#visit(ACCESS_POINT_TIME);
		this.#station.join(credentials);
	}

	/** The owner is at the device and cannot reach it: the access point opens beside. */
	press(): void {
		this.#visit(ACCESS_POINT_TIME);
	}

	/** Tries other credentials, once the answer to who asked for it is on its way. Not while `busy`. */
	try(credentials: WifiCredentials): void {
		if (this.busy) return;
		this.#result = { ssid: credentials.ssid, state: "joining" };
		this.#leaving = this.#host.network.timers.once(() => {
			this.#leaving = undefined;
			this.#begin(credentials);
		}, WIFI_LEAVE_TIME);
	}

	/** The owner is forgotten, and with it the network, which is left once the answer to who asked for it is on its way. */
	forget(): void {
		this.#endTrial();
		this.#clear();
		this.#kept = this.#result = undefined;
		this.#leaving = this.#host.network.timers.once(() => {
			this.#leaving = undefined;
			this.#station.join(undefined);
		}, WIFI_LEAVE_TIME);
		this.#openAccessPoint();
	}

	/** Networks in reach, each once, the strongest first. `done` is called once, never before the return. */
	scan(done: (networks: WifiNetwork[] | undefined) => void): void {
		if (this.#search !== undefined) {
			this.#answer(() => done(undefined), 0);
			return;
		}
		const search = this.#answer(() => end(undefined), WIFI_SCAN_TIME);
		this.#search = search;
		const end = (networks: readonly WifiNetwork[] | undefined) => {
			// What an earlier search brings late is nobody's.
			if (this.#search !== search) return;
			this.#search = undefined;
			this.#host.network.timers.clear(search);
			this.#answers.delete(search);
			done(networks && strongest(networks));
		};
		const found = (networks: readonly WifiNetwork[] | undefined) => {
			if (this.#search === search) this.#answer(() => end(networks), 0);
		};
		try {
			this.#wifi.scan(found);
		} catch {
			found(undefined);
		}
	}

	close(): void {
		this.#endTrial();
		this.#clear();
		for (const timer of this.#answers) this.#host.network.timers.clear(timer);
		this.#answers.clear();
		this.#search = undefined;
		this.#station.close();
		this.#wifi.onEvent = () => {};
	}

	/** Calls back in so many ms, unless it is closed by then. */
	#answer(callback: () => void, ms: number): Timer {
		const timer = this.#host.network.timers.once(() => {
			this.#answers.delete(timer);
			callback();
		}, ms);
		this.#answers.add(timer);
		return timer;
	}

	#begin(credentials: WifiCredentials): void {
		const end = this.#host.network.timers.once(() => this.#giveUp(), WIFI_TRIAL_TIME);
		this.#trial = { credentials, failures: 0, failure: "not-found", end };
		this.#station.join(credentials);
		this.#device.ports.arrange();
	}

	/** The station has another state, or address. */
	onState(state: WifiState): void {
		const trial = this.#trial;
		if (trial) {
			if (state === "joined") this.#keep(trial.credentials);
			else if (state !== "joining") {
				trial.failure = state;
				if (++trial.failures >= WIFI_TRIAL_FAILURES) this.#giveUp();
			}
		} else if (!this.#kept) return;
		else if (state === "joined") this.#settled();
		else if (state !== "joining" && !this.#complained) {
			this.#complained = true;
			this.#device.onProblem("the Wi-Fi network cannot be joined; the device goes on trying");
		}
		this.#device.ports.arrange();
	}

	#keep(credentials: WifiCredentials): void {
		try {
			this.#device.settings.change({ wifi: credentials });
		} catch {
			this.#device.onProblem("the flash could not be written, the Wi-Fi is the one before");
			this.#giveUp();
			return;
		}
		this.#endTrial();
		this.#result = { ssid: credentials.ssid, state: "joined" };
		this.#kept = credentials;
		this.#settled();
	}

	/** In the owner's network: the access point stays as long as who looks there needs to see it. */
	#settled(): void {
		const { timers } = this.#host.network;
		this.#complained = false;
		timers.clear(this.#away);
		timers.clear(this.#opening);
		if (this.#open) this.#closeAfter(ACCESS_POINT_GRACE);
	}

	/** Back to what worked before; the last failure stays to be seen. */
	#giveUp(): void {
		if (this.#trial) this.#result = { ssid: this.#trial.credentials.ssid, state: this.#trial.failure };
		this.#endTrial();
		this.#station.join(this.#kept);
		this.#device.ports.arrange();
	}

	#endTrial(): void {
		const { timers } = this.#host.network;
		timers.clear(this.#trial?.end);
		timers.clear(this.#leaving);
		this.#trial = this.#leaving = undefined;
	}

	/** Opens the access point for so many ms, unless it is the device's only network. */
	#visit(time: number): void {
		this.#openAccessPoint();
		if (this.#kept) this.#closeAfter(time);
		else this.#host.network.timers.clear(this.#closing);
	}

	#openAccessPoint(): void {
		const { timers } = this.#host.network;
		timers.clear(this.#opening);
		if (this.#open) return;
		try {
			this.#wifi.setAccessPoint(true);
		} catch {
			this.#device.onProblem("the access point cannot be opened; the device goes on trying");
			this.#opening = timers.once(() => this.#openAccessPoint(), WIFI_RETRY_BESIDE);
			return;
		}
		this.#open = true;
		this.#device.ports.arrange();
	}

	#closeAfter(ms: number): void {
		const { timers } = this.#host.network;
		timers.clear(this.#closing);
		this.#closing = timers.once(() => this.#closeAccessPoint(), ms);
	}

	#closeAccessPoint(): void {
		const { timers } = this.#host.network;
		timers.clear(this.#opening);
		try {
			this.#wifi.setAccessPoint(false);
		} catch {
			this.#device.onProblem("the access point cannot be closed; the device goes on trying");
			this.#closeAfter(WIFI_RETRY_BESIDE);
			return;
		}
		this.#open = false;
		this.#device.ports.arrange();
	}

	#clear(): void {
		const { timers } = this.#host.network;
		timers.clear(this.#opening);
		timers.clear(this.#closing);
		timers.clear(this.#away);
	}
}

function strongest(networks: readonly WifiNetwork[]): WifiNetwork[] {
	const sorted = networks.filter(({ ssid }) => ssid !== "").sort((a, b) => b.rssi - a.rssi);
	const seen = new Set<string>();
	const list: WifiNetwork[] = [];
	for (const network of sorted) {
		if (seen.has(network.ssid) || list.length === WIFI_NETWORKS) continue;
		seen.add(network.ssid);
		list.push(network);
	}
	return list;
}
