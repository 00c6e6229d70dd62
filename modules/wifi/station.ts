import { Backoff } from "../../common/backoff";
import type { Host, Timer, Wifi, WifiCredentials, WifiEvent } from "../../hosts/host";
import {
	WIFI_ATTEMPT_TIME,
	WIFI_BACKOFF_FIRST,
	WIFI_BACKOFF_MOST,
	WIFI_SETTLE_TIME,
	WIFI_STABLE,
} from "../limits";

/** Why an attempt failed: the password is wrong, there is no such network, or it gave no address. */
export type WifiFailure = "wrong-password" | "not-found" | "no-address";
/** How it stands with the network; undefined while none is to be joined. */
export type WifiState = "joining" | "joined" | WifiFailure;

export interface StationHost extends Pick<Host, "random"> {
	readonly network: Pick<Host["network"], "clock" | "timers">;
}

export interface StationWatcher {
	/** The state is another, or the address is. */
	onState(state: WifiState): void;
	/** ms: the least pause between two attempts at present. */
	readonly pause: number;
}

/** Joins a network and stays in it, for ever and without a restart: a device may be left without one on purpose. */
export class Station {
	readonly #host: StationHost;
	readonly #wifi: Wifi;
	readonly #watcher: StationWatcher;
	readonly #backoff: Backoff;
	#credentials: WifiCredentials | undefined;
	#state: WifiState | undefined;
	/** An attempt is under way, or has led into the network. What the radio tells at other times is late. */
	#active = false;
	/** The attempt has been let in by the network. */
	#associated = false;
	#joinedAt = 0;
	#timer: Timer;

	constructor(host: StationHost, wifi: Wifi, watcher: StationWatcher) {
		this.#host = host;
		this.#wifi = wifi;
		this.#watcher = watcher;
		this.#backoff = new Backoff(host, WIFI_BACKOFF_FIRST, WIFI_BACKOFF_MOST);
	}

	get state(): WifiState | undefined {
		return this.#state;
	}

	/** Leaves the network that it is in, and joins another; undefined: none. */
	join(credentials: WifiCredentials | undefined): void {
		this.#credentials = credentials;
		this.#backoff.reset();
		this.#state = credentials && "joining";
		this.#leave();
		if (credentials) this.#wait(WIFI_SETTLE_TIME, () => this.#attempt());
		else this.#host.network.timers.clear(this.#timer);
	}

	/** What the radio tells. It may do so late, of an attempt that is over, and twice. */
	follow(event: WifiEvent): void {
		if (!this.#active) return;
		if (event === "associated") this.#associated = true;
		else if (event === "joined") this.#joined();
		else if (this.#state === "joined") this.#lost();
		else this.#fail(event === "lost" ? this.#reason() : event);
	}

	close(): void {
		this.#credentials = this.#state = undefined;
		this.#active = false;
		this.#host.network.timers.clear(this.#timer);
	}

	#attempt(): void {
		const credentials = this.#credentials;
		if (!credentials) return;
		this.#active = true;
		this.#associated = false;
		this.#change("joining");
		this.#wait(WIFI_ATTEMPT_TIME, () => this.#fail(this.#reason()));
		try {
			this.#wifi.connect(credentials);
		} catch {
			this.#fail("not-found");
		}
	}

	#joined(): void {
		if (this.#state === "joining") {
			this.#host.network.timers.clear(this.#timer);
			this.#joinedAt = this.#host.network.clock.monotonic();
		}
		this.#change("joined");
	}

	/** A network that lets it in and drops it at once is not stormed (rainmaker #1). */
	#lost(): void {
		if (this.#host.network.clock.monotonic() - this.#joinedAt >= WIFI_STABLE) this.#backoff.reset();
		this.#fail("not-found");
	}

	#fail(reason: WifiFailure): void {
		this.#leave();
		this.#wait(WIFI_SETTLE_TIME + Math.max(this.#backoff.next(), this.#watcher.pause), () => this.#attempt());
		this.#change(reason);
	}

	#reason(): WifiFailure {
		return this.#associated ? "no-address" : "not-found";
	}

	#change(state: WifiState): void {
		const told = this.#state;
		this.#state = state;
		// A joined network that is told again has another address.
		if (state !== told || state === "joined") this.#watcher.onState(state);
	}

	#leave(): void {
		this.#active = false;
		try {
			this.#wifi.disconnect();
		} catch {
			// A radio that fails is asked again at the next attempt.
		}
	}

	#wait(ms: number, then: () => void): void {
		this.#host.network.timers.clear(this.#timer);
		this.#timer = this.#host.network.timers.once(then, ms);
	}
}
