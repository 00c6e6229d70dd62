import { createHash } from "node:crypto";
import type { Connect, Listener, ListenOptions, Network, SocketHandler, Stream } from "../../hosts/host";
import type { SimulatedClock, SimulatedTimers } from "./clock";
import { Link, type LinkParts, type Peer } from "./link";
import type { Radio } from "./radio";
import type { Random } from "./random";

export type Door = "http" | "https";

/** Who answers at the names that the device connects to. */
export interface Neighbours {
	/** The address of a name at present, and who is there; undefined: the name is not known. */
	find(host: string, port: number): { address: string; admit: (() => Peer) | undefined } | undefined;
}

export interface NetworkParts extends Pick<LinkParts, "world" | "random" | "weather" | "run"> {
	clock: SimulatedClock;
	timers: SimulatedTimers;
	radio: Radio;
	neighbours: Neighbours;
	/** What the device says to whom. */
	overhear(bytes: Uint8Array, to: Connect | undefined): void;
	/** A connection to a server is made. */
	onConnect(to: Connect): void;
	/** For a connection. */
	hasMemory(): boolean;
}

const DAY = 86_400_000;
/** ms in which a certificate that has come to its end is replaced, once it may be. */
const RENEWED = 3 * 60_000;

/** Connections of one start of a device, both ways. */
export class SimulatedNetwork implements Network {
	readonly clock: SimulatedClock;
	readonly timers: SimulatedTimers;
	readonly maxConnections = 4;
	readonly maxUpload = 4_096;
	/** Ports that cannot be opened at present. */
	readonly refused = new Set<Door>();
	identitiesFail = false;
	/** Connections that the device has not closed. */
	readonly links = new Set<Link>();
	/** Of these, those that came to it. */
	readonly incoming = new Set<Link>();
	/** And those that it has made. */
	readonly outgoing = new Set<Link>();
	readonly #parts: NetworkParts;
	readonly #open = new Map<Door, { options: ListenOptions; listening: boolean }>();
	#closed = false;
	/** ms */
	#renewableSince: number;

	constructor(parts: NetworkParts) {
		this.#parts = parts;
		this.#renewableSince = parts.world.now;
		this.clock = parts.clock;
		this.timers = parts.timers;
	}

	address(): string | undefined {
		return this.#parts.radio.address;
	}

	listen(options: ListenOptions): Listener {
		const { world, random, run } = this.#parts;
		const door: Door = options.identity ? "https" : "http";
		if (this.#open.has(door)) world.violate(`${door} is listened on twice`);
		if (this.refused.has(door)) {
			world.count(`fault: ${door} port refused`);
			// It is in use as long as the port is wanted.
			if (door === "https") this.#renewableSince = world.now;
			if (random.chance(0.5)) options.onError("the port is in use");
			else world.schedule.after(random.below(50), () => run(() => options.onError("the port is in use")));
			return { close() {} };
		}
		if (options.identity) this.#checkCertificate(options.identity);
		const open = { options, listening: false };
		this.#open.set(door, open);
		world.schedule.after(random.between(1, 30), () => {
			if (this.#open.get(door) !== open) return;
			open.listening = true;
			run(() => options.onListening(door === "https" ? 443 : 80));
		});
		return {
			close: () => {
				if (this.#open.get(door) !== open) return;
				this.#open.delete(door);
				if (door === "https") this.#renewableSince = world.now;
			},
		};
	}

	isOpen(door: Door): boolean {
		return this.#open.get(door)?.listening === true;
	}

	/** Somebody connects to the device. Undefined: nothing is there. */
	visit(door: Door, remoteAddress: string, peer: Peer): Link | undefined {
		const open = this.#open.get(door);
		if (this.#closed || !open?.listening || !this.#parts.radio.isReachable(remoteAddress)) return undefined;
		if (!this.#parts.hasMemory()) return undefined;
		const link = this.#link(peer, undefined);
		const { world, run } = this.#parts;
		world.schedule.after(1, () => {
			if (!link.live) return;
			run(() => {
				if (this.#open.get(door) !== open) {
					link.break();
					return;
				}
				this.incoming.add(link);
				open.options.onConnection({
					remoteAddress,
					accept: (handler) => link.open(handler),
					read: (count) => link.read(count),
					write: (bytes) => link.write(bytes),
					close: () => link.close(),
				});
			});
		});
		return link;
	}

	connect(to: Connect, handler: SocketHandler): Stream {
		const { neighbours, radio, world, random } = this.#parts;
		world.count("connections of the device");
		this.#parts.onConnect(to);
		const { host, port, secure } = to.endpoint;
		const found = radio.address === undefined ? undefined : neighbours.find(host, port);
		const allowed = found !== undefined && to.allowAddress(found.address);
		if (found && allowed && !secure && !found.address.startsWith("192.168."))
			world.violate(`a connection without TLS to ${found.address}, outside the home`);
		const peer = found?.admit && allowed ? found.admit() : { onBytes() {}, onEnd() {} };
		const link = this.#link(peer, to);
		this.outgoing.add(link);
		if (!this.#parts.hasMemory()) link.refuse(handler, "there is no memory for it");
		else if (!found) link.refuse(handler, `${host} was not found`);
		else if (!allowed) link.refuse(handler, `${found.address} is not allowed`);
		else if (found.admit) link.open(handler);
		else if (random.chance(0.7)) link.refuse(handler, "connection refused");
		// A host that is switched off says nothing at all.
		else link.break(true);
		return link;
	}

	/** An identity is a text: its number, its device and until when it is valid. */
	createIdentity(udid: string, done: (identity: Uint8Array | undefined) => void, former?: Uint8Array): void {
		const { world, random, run, clock } = this.#parts;
		const key = former ? Buffer.from(former).toString().split(" ")[1] : random.letters(8);
		const until = clock.synced ? clock.now() + 819 * DAY : Date.UTC(2050, 0, 1) - 1;
		const identity = new Uint8Array(
			Buffer.from(`identity ${key} of ${udid} until ${until} number ${random.next()}`),
		);
		if (this.identitiesFail) {
			this.#renewableSince = world.now;
			world.count("fault: certificate not made");
		} else if (former) world.count("state: certificate made anew for its key");
		const result = this.identitiesFail ? undefined : identity;
		world.schedule.after(random.between(100, 2_000), () => run(() => done(result)));
	}

	expiry(identity: Uint8Array): number {
		return Number(/until (\d+)/.exec(Buffer.from(identity).toString())?.[1] ?? 0);
	}

	fingerprint(identity: Uint8Array): string | undefined {
		if (!Buffer.from(identity).toString().startsWith("identity ")) return undefined;
		return createHash("sha256").update(identity).digest("hex");
	}

	/** The air is gone: all connections end, most without a word. */
	lose(random: Random): void {
		for (const link of [...this.links]) link.break(random.chance(0.7));
	}

	/** The device is no more. */
	close(): void {
		this.#closed = true;
		this.#open.clear();
		for (const link of [...this.links]) link.break(true);
	}

	/** It is renewed within minutes, unless it is in use, or the clock was not as it is, or none could be made. */
	#checkCertificate(identity: Uint8Array): void {
		const { world, clock } = this.#parts;
		const since = world.now - Math.max(this.#renewableSince, clock.setAt);
		if (clock.synced && since > RENEWED && this.expiry(identity) < clock.now())
			world.violate(`a certificate is shown ${since} ms after it could have been renewed`);
	}

	#link(peer: Peer, to: Connect | undefined): Link {
		const { world, random, weather, run, overhear } = this.#parts;
		const link: Link = new Link(
			{
				...{ world, random, weather, run },
				overhear: (bytes) => overhear(bytes, to),
				forget: (gone) => {
					this.links.delete(gone);
					this.incoming.delete(gone);
					this.outgoing.delete(gone);
				},
			},
			peer,
		);
		this.links.add(link);
		return link;
	}
}
