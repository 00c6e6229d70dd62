import type { Clock, Timer, Timers, Wifi, WifiCredentials } from "../host";
import { Backoff } from "../moddable/backoff";
import { guard, type OnException } from "../moddable/guard";
import type { Radio, RadioEvents } from "./radio";

/** ms for an attempt: a scan of all channels, the handshake, and an address from a slow router. */
const ATTEMPT_TIME = 30_000;
/** ms: see Backoff. */
const FIRST_WAIT = 2_000;
const LONGEST_WAIT = 60_000;
const STABLE = 60_000;
/** ms for the radio to say what is left to say of an attempt that is over. */
const SETTLE_TIME = 1_000;
/** ms before another network is joined: the answer to the request that asked for it leaves over this one. */
const PARTING_TIME = 2_000;

export interface ChipWifiOptions {
	/** Of the access point: 32 bytes at most (IEEE 802.11). */
	name: string;
	radio(events: RadioEvents): Radio;
	clock: Pick<Clock, "monotonic">;
	timers: Timers;
	random(count: number): Uint8Array;
	/** There is an address, or another one than before: a network's that it has joined, or the access point's own. */
	onOnline(joined: boolean): void;
	onOffline(): void;
	onProblem(message: string): void;
	onException: OnException;
}

type State = "waiting" | "joining" | "joined" | "access point";

/**
 * Keeps the device in its network, for ever and without a restart: a device that is left without a network on purpose
 * measures on. Without credentials it is an access point for pairing, open because a password would have to be known
 * before: what is secret goes over HTTPS.
 */
export class ChipWifi implements Wifi {
	#options: ChipWifiOptions;
	#radio: Radio;
	#backoff: Backoff;
	#credentials: WifiCredentials | undefined;
	#state: State = "waiting";
	#timer: Timer;
	/** The present outage has been told. */
	#complained = false;

	constructor(options: ChipWifiOptions) {
		this.#options = options;
		const { clock, random, onException } = options;
		this.#backoff = new Backoff({
			first: FIRST_WAIT,
			longest: LONGEST_WAIT,
			stable: STABLE,
			clock,
			random,
		});
		this.#radio = options.radio({
			onConnected: () => guard(() => this.#connected(), onException),
			onDisconnected: () => guard(() => this.#disconnected(), onException),
		});
	}

	/** A network that the device is in stays for PARTING_TIME. */
	join(credentials: WifiCredentials | undefined): void {
		this.#credentials = credentials;
		this.#backoff.reset();
		this.#complained = false;
		if (this.#online()) this.#wait(PARTING_TIME, () => this.#change());
		else this.#change();
	}

	#change(): void {
		this.#leave();
		this.#wait(SETTLE_TIME, () => this.#begin());
	}

	#begin(): void {
		const credentials = this.#credentials;
		if (credentials) this.#connect(credentials);
		else this.#open();
	}

	#connect(credentials: WifiCredentials): void {
		this.#state = "joining";
		this.#wait(ATTEMPT_TIME, () => this.#failed());
		guard(
			() => this.#radio.connect(credentials),
			() => this.#failed(),
		);
	}

	#open(): void {
		this.#state = "access point";
		try {
			this.#radio.accessPoint(this.#options.name);
		} catch {
			this.#state = "waiting";
			this.#retry("the access point cannot be opened; the device goes on trying");
			return;
		}
		this.#options.onOnline(false);
	}

	#connected(): void {
		if (this.#state !== "joining" && this.#state !== "joined") return;
		if (this.#state === "joining") {
			this.#options.timers.clear(this.#timer);
			this.#backoff.connected();
		}
		this.#state = "joined";
		this.#complained = false;
		this.#options.onOnline(true);
	}

	#disconnected(): void {
		if (this.#state === "joining" || this.#state === "joined") this.#failed();
	}

	#failed(): void {
		this.#leave();
		this.#retry("the Wi-Fi network cannot be joined; the device goes on trying");
	}

	#retry(message: string): void {
		if (!this.#complained) this.#options.onProblem(message);
		this.#complained = true;
		this.#wait(SETTLE_TIME + this.#backoff.next(), () => this.#begin());
	}

	#leave(): void {
		const online = this.#online();
		this.#state = "waiting";
		if (online) this.#options.onOffline();
		guard(() => this.#radio.idle(), this.#options.onException);
	}

	#online(): boolean {
		return this.#state === "joined" || this.#state === "access point";
	}

	/** There is one thing waited for at a time. */
	#wait(ms: number, then: () => void): void {
		this.#options.timers.clear(this.#timer);
		this.#timer = this.#options.timers.once(then, ms);
	}
}
