import type { Wifi, WifiCredentials, WifiEvent, WifiLink, WifiNetwork } from "../../hosts/host";
import type { FakeTime } from "./host";

/** A network in the fake air. */
export interface FakeNetworkInAir {
	password: string;
	/** It can be heard. */
	reachable: boolean;
	/** It gives addresses. */
	addresses: boolean;
}

/**
 * A radio as unkind as the chip's: it takes its time, tells what is over late and twice, says nothing of an address that
 * does not come, and may throw.
 */
export class FakeRadio implements Wifi {
	onEvent: (event: WifiEvent) => void = () => {};
	readonly accessPointAddress = "192.168.4.1";
	readonly air = new Map<string, FakeNetworkInAir>();
	accessPoint = false;
	joined: string | undefined;
	/** Calls throw. */
	broken = false;
	attempts: string[] = [];
	/** Whether each event is told twice. */
	echo = true;
	/** Scans that are never answered. */
	deaf = false;
	readonly #time: FakeTime;
	#attempt = 0;

	constructor(time: FakeTime) {
		this.#time = time;
	}

	add(ssid: string, password = "", more: Partial<FakeNetworkInAir> = {}): FakeNetworkInAir {
		const network = { password, reachable: true, addresses: true, ...more };
		this.air.set(ssid, network);
		return network;
	}

	connect({ ssid, password }: WifiCredentials): void {
		this.#check();
		this.attempts.push(ssid);
		const attempt = ++this.#attempt;
		const network = this.air.get(ssid);
		const later = (ms: number, then: () => void) =>
			this.#time.once(() => {
				if (attempt === this.#attempt) then();
			}, ms);
		later(2_000, () => {
			if (!network?.reachable) this.#tell("not-found");
			else if (network.password !== password) this.#tell("wrong-password");
			else {
				this.#tell("associated");
				if (network.addresses)
					later(1_000, () => {
						this.joined = ssid;
						this.#tell("joined");
					});
			}
		});
	}

	disconnect(): void {
		this.#check();
		this.#attempt++;
		this.joined = undefined;
		// The radio always tells it, also where nothing was joined.
		this.#time.once(() => this.#tell("lost"), 300);
	}

	setAccessPoint(open: boolean): void {
		this.#check();
		this.accessPoint = open;
	}

	link(): WifiLink | undefined {
		return this.joined === undefined ? undefined : { ssid: this.joined, rssi: -57, channel: 6 };
	}

	scan(done: (networks: readonly WifiNetwork[]) => void): void {
		this.#check();
		if (this.deaf) return;
		const found = [...this.air].map(([ssid, { password }], i) => ({
			ssid,
			rssi: -50 - i,
			secure: password !== "",
		}));
		this.#time.once(() => done(found), 2_000);
	}

	/** The network that it is in goes away, or its password changes. */
	lose(): void {
		this.joined = undefined;
		this.#attempt++;
		this.#tell("lost");
	}

	#tell(event: WifiEvent): void {
		this.onEvent(event);
		if (this.echo) this.onEvent(event);
	}

	#check(): void {
		if (this.broken) throw new Error("no radio");
	}
}
