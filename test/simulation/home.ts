import type { Connect, DeviceEvent } from "../../hosts/host";
import { MQTT_CLOSE_TIME } from "../../modules/limits";
import { LATENESS } from "./clock";
import type { Firmware } from "./firmware";
import { Ledger } from "./ledger";
import { LightWatch } from "./light";
import { Machine, type Watcher } from "./machine";
import { Modes } from "./modes";
import type { Neighbours } from "./network";
import { Owner } from "./owner";
import { Points } from "./points";
import type { Air } from "./radio";
import { Secrecy } from "./secrecy";
import type { World } from "./world";

/** Timers of a device at a time, with all its connections. */
const TIMERS = 60;

/** A device, its owner, their network, and all that watches over them. */
export class Home implements Watcher {
	readonly machine: Machine;
	readonly ledger: Ledger;
	readonly owner: Owner;
	readonly points: Points;
	readonly light: LightWatch;
	readonly modes: Modes;
	readonly network: string;
	readonly air: Air;
	/** Its owner wants points in a database. Half of them do not: a sensor is useful without. */
	readonly hasDatabase: boolean;
	/** Secrets that are for the database, and for the broker. */
	readonly databaseSecrets = new Set<string>();
	readonly brokerSecrets = new Set<string>();
	readonly #secrecy: Secrecy;
	readonly #world: World;
	/** ms: when the device was given another network, or something of the kind. */
	lastChange = 0;
	/** The device says that it has an owner. */
	isOwned = false;
	#number = 0;
	/** Of the callback that is under way. */
	#booting = false;
	#requests: (DeviceEvent & { event: "request" })[] = [];
	#changed: string[] = [];
	#flashBefore = 0;
	#storing = false;
	/** The ring of points has failed in this callback. */
	#ringFailed = false;
	#clockError: number | undefined;

	constructor(world: World, udid: string, firmware: Firmware, neighbours: Neighbours) {
		this.#world = world;
		const random = world.random.fork(`home ${udid}`);
		this.network = `home ${random.letters(4)}`;
		this.hasDatabase = random.chance(0.5);
		this.air = {
			networks: new Map([
				[this.network, { password: `wpa-${random.letters(12)}`, reachable: true, addresses: true }],
				["neighbour", { password: `wpa-${random.letters(12)}`, reachable: true, addresses: true }],
			]),
		};
		this.machine = new Machine({ world, udid, firmware, neighbours, air: this.air });
		this.machine.watcher = this;
		this.ledger = new Ledger(this.machine);
		this.owner = new Owner(this.machine, this.ledger, random.fork("owner"));
		for (const { password } of this.air.networks.values()) this.owner.hide(password);
		this.points = new Points(this.machine);
		// Also where a start ends the reset.
		this.ledger.onForgotten = () => this.points.excuseAll();
		this.light = new LightWatch(this.machine);
		this.modes = new Modes(this.machine, () => this.isOwned && this.ledger.stored?.wifi != null);
		this.#secrecy = new Secrecy(
			world,
			() => this.owner.secrets,
			(secret, to) =>
				to !== undefined &&
				(to.endpoint.port === 8086 ? this.databaseSecrets : this.brokerSecrets).has(secret),
		);
	}

	/** A number that was not there before. */
	number(): number {
		return ++this.#number;
	}

	press(pressed: boolean): void {
		if (pressed === this.machine.pressed) return;
		this.light.pressed(pressed);
		this.machine.press(pressed);
		this.modes.visited();
		this.lastChange = this.#world.now;
	}

	onBoot(): void {
		this.ledger.restarted();
		this.light.started();
		this.modes.started();
		this.points.started();
		this.#storing = false;
		this.#clockError = undefined;
		this.#forget();
		this.#booting = true;
	}

	onEvent(event: DeviceEvent): void {
		const world = this.#world;
		// These two are numbers, and most of all.
		if (event.event !== "led" && event.event !== "window") {
			const text = JSON.stringify(event);
			world.note(text);
			this.#secrecy.look(text, undefined, "whoever reads the reports");
		}
		switch (event.event) {
			case "led":
				this.light.shows(event.effect);
				this.#changed.push("led");
				return;
			case "mode":
				this.modes.mode(event.mode);
				this.#changed.push("mode");
				return;
			case "https":
				this.modes.https(event.limit);
				return;
			case "pairing":
				this.light.pairing = event.open;
				world.count(`state: pairing ${event.open ? "open" : "closed"}`);
				return;
			case "token":
				this.modes.token(event.token);
				this.owner.token = event.token;
				return;
			case "paired":
				this.#changed.push("paired");
				this.isOwned = event.paired;
				if (event.paired && this.machine.flash.contents.has("resetting"))
					world.violate("there is an owner again, whose reset has begun");
				if (event.paired && this.#booting) this.light.restored();
				if (event.paired && !this.#booting) this.modes.renews();
				return;
			case "reset":
				world.count("state: reset");
				this.light.forget();
				this.modes.renews();
				this.points.excuseAll();
				return;
			case "problem":
				this.light.problem();
				world.count(`problem: ${event.message.replace(/[0-9]+/g, "N").slice(0, 60)}`);
				if (!event.message.includes("storage")) return;
				this.#ringFailed = true;
				this.points.excuseAll();
				return;
			case "update":
				this.light.update(event.state);
				world.count(`update: ${event.state} ${(event.error ?? "").replace(/[0-9]+/g, "N").slice(0, 50)}`);
				return;
			case "cloud":
				this.#storing = event.database;
				return;
			case "request":
				this.#requests.push(event);
				if (event.status === 200 && event.commands.includes("setColor")) this.light.ordered();
				return;
			case "window":
				this.points.window(
					event.time,
					Math.round(event.readings.pressure ?? -1),
					this.#storing && !this.#ringFailed && event.readings.pressure !== undefined,
				);
		}
	}

	onWrite(bytes: Uint8Array, to: Connect | undefined): void {
		this.#secrecy.bytes(bytes, to);
		const { secured } = this.modes;
		if (!to || secured === undefined) return;
		const { port } = to.endpoint;
		// It takes its leave of the broker.
		const grace = port === 8086 ? 0 : MQTT_CLOSE_TIME + LATENESS;
		if (port !== 443 && secured > grace) this.#world.violate(`port ${port} is sent to in HTTPS mode`);
	}

	onConnect(to: Connect): void {
		if (to.endpoint.port !== 443 && this.modes.secured !== undefined)
			this.#world.violate(`port ${to.endpoint.port} is connected to in HTTPS mode`);
	}

	/** Not seen only after a callback: the power may go in it, with a point of that time in the ring. */
	onClockSet(): void {
		this.#noteClock();
	}

	onSettled(): void {
		const { machine } = this;
		const { current, flash } = machine;
		if (!current) return;
		this.#noteClock();
		this.points.settled();
		this.ledger.check();
		this.#checkRefusals(flash.changes);
		this.light.check();
		this.modes.check();
		this.#checkBounds();
		this.#forget();
	}

	onClosed(): void {
		const { current, world } = this.machine;
		if (!current) return;
		const { timers, network } = current;
		if (timers.pending > 0 && network.links.size === 0)
			world.violate(`${timers.pending} timers are left by a device that is closed`);
		if (network.isOpen("http") || network.isOpen("https")) world.violate("a port is left open");
	}

	#forget(): void {
		this.#requests = [];
		this.#changed = [];
		this.#ringFailed = this.#booting = false;
		this.#flashBefore = this.machine.flash.changes;
	}

	#noteClock(): void {
		const clock = this.machine.current?.clock;
		if (!clock?.synced || clock.error === this.#clockError) return;
		this.#clockError = clock.error;
		this.points.clockSet(clock.error);
	}

	/** A request that is refused changes nothing. */
	#checkRefusals(changes: number): void {
		const requests = this.#requests;
		if (requests.length === 0) return;
		if (!requests.every(({ status }) => status >= 400 && status < 500)) return;
		if (changes !== this.#flashBefore || this.#changed.length > 0)
			this.#world.violate(
				`a request that was refused changes something: ${JSON.stringify(requests)} ${this.#changed}`,
			);
	}

	#checkBounds(): void {
		const { current, world } = this.machine;
		if (!current) return;
		const { timers, network } = current;
		if (timers.pending > TIMERS) world.violate(`${timers.pending} timers wait`);
		if (network.incoming.size > 2 * network.maxConnections + 2)
			world.violate(`${network.incoming.size} connections are held`);
		if (network.outgoing.size > 6) world.violate(`${network.outgoing.size} connections to servers are held`);
	}
}
