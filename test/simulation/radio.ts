import type { Wifi, WifiCredentials, WifiEvent, WifiLink, WifiNetwork } from "../../hosts/host";
import type { Random } from "./random";
import type { World } from "./world";

/** The owner's networks. */
export interface Air {
	readonly networks: Map<string, { password: string; reachable: boolean; addresses: boolean }>;
}

export interface RadioParts {
	world: World;
	random: Random;
	air: Air;
	run(callback: () => void): void;
	/** The network was left or lost. */
	onLeft(): void;
	onJoined(): void;
}

/** The addresses of those in the access point, and of those in the home. */
export const GUESTS = "192.168.4.";
export const HOME = "192.168.1.";

/** A radio that takes its time, tells what is over, tells things twice, is silent of what does not come, and may throw. */
export class Radio implements Wifi {
	onEvent: (event: WifiEvent) => void = () => {};
	readonly accessPointAddress = `${GUESTS}1`;
	accessPoint = false;
	/** The network that it is in. */
	joined: string | undefined;
	/** Since when, ms. */
	joinedAt: number | undefined;
	broken = false;
	readonly #parts: RadioParts;
	#attempt = 0;

	constructor(parts: RadioParts) {
		this.#parts = parts;
	}

	get address(): string | undefined {
		return this.joined === undefined ? undefined : `${HOME}77`;
	}

	/** Whether somebody at that address reaches the device. */
	isReachable(from: string): boolean {
		return from.startsWith(GUESTS) ? this.accessPoint : this.joined !== undefined;
	}

	connect({ ssid, password }: WifiCredentials): void {
		this.#check();
		const { world, random, air } = this.#parts;
		const attempt = ++this.#attempt;
		const later = (ms: number, then: () => void) =>
			world.schedule.after(ms, () => {
				if (attempt === this.#attempt) then();
			});
		const network = () => air.networks.get(ssid);
		later(random.between(500, 4_000), () => {
			if (!network()?.reachable) this.#tell("not-found");
			else if (network()?.password !== password) this.#tell("wrong-password");
			else {
				this.#tell("associated");
				later(random.between(200, 3_000), () => {
					if (!network()?.reachable) this.#tell("lost");
					else if (network()?.addresses) {
						this.joined = ssid;
						this.joinedAt = world.now;
						this.#parts.onJoined();
						this.#tell("joined");
					}
				});
			}
		});
	}

	disconnect(): void {
		this.#check();
		this.#leave();
		this.#parts.world.schedule.after(this.#parts.random.below(500), () => this.#tell("lost"));
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
		const { world, random, air, run } = this.#parts;
		if (random.chance(0.1)) return;
		const found = [...air.networks].map(([ssid, { password }]) => ({
			ssid,
			rssi: -60,
			secure: password !== "",
		}));
		world.schedule.after(random.between(1_000, 3_000), () => run(() => done(found)));
	}

	/** The network that it is in goes away. */
	lose(): void {
		if (this.joined === undefined) return;
		this.#leave();
		this.#tell("lost");
	}

	#leave(): void {
		this.#attempt++;
		if (this.joined !== undefined) {
			this.joined = this.joinedAt = undefined;
			this.#parts.onLeft();
		}
	}

	#tell(event: WifiEvent): void {
		const { run, random } = this.#parts;
		run(() => this.onEvent(event));
		if (random.chance(0.3)) run(() => this.onEvent(event));
	}

	#check(): void {
		if (!this.broken) return;
		this.#parts.world.count("fault: radio refused");
		throw new Error("ESP_FAIL");
	}
}
