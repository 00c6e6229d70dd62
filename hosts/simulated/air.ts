import type { Timers, Wifi, WifiCredentials, WifiEvent, WifiLink, WifiNetwork } from "../host";

/** ms that a radio takes for a scan, to be let in, and to get an address. */
const SCAN = 1_500;
const ASSOCIATE = 1_500;
const ADDRESS = 1_000;

/** Of all its networks. */
const CHANNEL = 6;

interface SimulatedNetwork extends WifiNetwork {
	/** Empty: it takes everybody. Undefined: it takes any password. */
	password: string | undefined;
	reachable: boolean;
	addresses: boolean;
}

/** What is around a device on a desk: one network of the home, and three that do not help. */
function surroundings(): SimulatedNetwork[] {
	return [
		{ ssid: "Home", rssi: -52, secure: true, password: HOME_PASSWORD, reachable: true, addresses: true },
		{ ssid: "Café", rssi: -68, secure: false, password: "", reachable: true, addresses: true },
		{ ssid: "No address", rssi: -74, secure: true, password: undefined, reachable: true, addresses: false },
		{ ssid: "Out of reach", rssi: -91, secure: true, password: undefined, reachable: false, addresses: true },
	];
}

/** Of the network `Home`, at first, and after somebody has changed it. */
const HOME_PASSWORD = "correct horse";
const CHANGED_PASSWORD = "battery staple";

/** What is to be seen of it. */
export interface AirState {
	/** The network that the device is in, empty if it is in none. */
	joined: string;
	/** Whether the device's own is open. */
	accessPoint: boolean;
	/** Whether the home's router is in reach, and whether its password is another one. */
	router: boolean;
	newPassword: boolean;
}

export interface AirOptions {
	timers: Timers;
	/** It is like this now. */
	onChange(state: AirState): void;
}

/** A radio without waves: `npm start -- --wifi` lets everything be walked through that a board does on its first day. */
export class SimulatedAir implements Wifi {
	onEvent: (event: WifiEvent) => void = () => {};
	/** Whoever sits at the desk is the phone. */
	readonly accessPointAddress = "127.0.0.1";
	readonly #options: AirOptions;
	readonly #networks = surroundings();
	#joined: string | undefined;
	#accessPoint = false;
	/** Counts the attempts: what becomes of an earlier one is not told any more. */
	#attempt = 0;

	constructor(options: AirOptions) {
		this.#options = options;
	}

	/** The device starts anew: its radio is silent. */
	reset(): void {
		this.onEvent = () => {};
		this.#leave();
		this.#accessPoint = false;
		this.#tell();
	}

	/** The home's router is where it was, or out of reach. */
	moveRouter(reachable: boolean): void {
		this.#home.reachable = reachable;
		if (!reachable) this.#throwOut();
		this.#tell();
	}

	changePassword(changed: boolean): void {
		this.#home.password = changed ? CHANGED_PASSWORD : HOME_PASSWORD;
		this.#throwOut();
		this.#tell();
	}

	connect({ ssid, password }: WifiCredentials): void {
		const network = this.#networks.find((it) => it.ssid === ssid);
		this.#leave();
		this.#later(ASSOCIATE, () => {
			if (!network?.reachable) return this.onEvent("not-found");
			if (network.password !== undefined && network.password !== password)
				return this.onEvent("wrong-password");
			this.onEvent("associated");
			if (network.addresses)
				this.#later(ADDRESS, () => {
					this.#joined = ssid;
					this.#tell();
					this.onEvent("joined");
				});
		});
	}

	disconnect(): void {
		this.#leave();
	}

	setAccessPoint(open: boolean): void {
		this.#accessPoint = open;
		this.#tell();
	}

	link(): WifiLink | undefined {
		const network = this.#networks.find(({ ssid }) => ssid === this.#joined);
		return network && { ssid: network.ssid, rssi: network.rssi, channel: CHANNEL };
	}

	scan(done: (networks: readonly WifiNetwork[]) => void): void {
		const found = this.#networks.map(({ ssid, rssi, secure }) => ({ ssid, rssi, secure }));
		// One that is out of reach now was heard a moment ago.
		this.#options.timers.once(() => done(found), SCAN);
	}

	get #home(): SimulatedNetwork {
		return this.#networks[0]!;
	}

	#throwOut(): void {
		if (this.#joined !== this.#home.ssid) return;
		this.#leave();
		this.onEvent("lost");
	}

	#leave(): void {
		this.#attempt++;
		if (this.#joined === undefined) return;
		this.#joined = undefined;
		this.#tell();
	}

	#tell(): void {
		const { reachable, password } = this.#home;
		this.#options.onChange({
			joined: this.#joined ?? "",
			accessPoint: this.#accessPoint,
			router: reachable,
			newPassword: password === CHANGED_PASSWORD,
		});
	}

	#later(ms: number, then: () => void): void {
		const attempt = this.#attempt;
		this.#options.timers.once(() => {
			if (attempt === this.#attempt) then();
		}, ms);
	}
}
