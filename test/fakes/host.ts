import { createHash } from "node:crypto";
import { digest, hmac } from "../../hosts/desktop/digest";
import type {
	Announce,
	Button,
	Clock,
	Connect,
	DeviceEvent,
	Diagnostics,
	Flash,
	Host,
	Led,
	Listener,
	ListenOptions,
	Motion,
	Network,
	Readings,
	Sensors,
	SocketHandler,
	Stream,
	Timers,
} from "../../hosts/host";
import { FakeRadio } from "./radio";
import { FakePeer } from "./socket";

/** ms in which the clocks of a host advance together. */
const STEP = 1_000;

/** A clock and its timers, moved by the test alone. */
export class FakeTime implements Clock, Timers {
	synced = true;
	#monotonic = 1_000;
	#wall: number;
	#timers = new Map<number, { at: number; every: number; callback: () => void }>();
	#next = 1;

	constructor(wall = Date.UTC(2026, 0, 1)) {
		this.#wall = wall;
	}

	now(): number {
		return this.#wall;
	}

	monotonic(): number {
		return this.#monotonic;
	}

	/** Sets the wall clock; the monotonic one goes on. */
	jump(wall: number): void {
		this.#wall = wall;
	}

	once(callback: () => void, ms: number): number {
		return this.#add(callback, ms, 0);
	}

	repeat(callback: () => void, ms: number): number {
		return this.#add(callback, ms, ms);
	}

	clear(timer: unknown): void {
		this.#timers.delete(timer as number);
	}

	/** How many timers wait. */
	get pending(): number {
		return this.#timers.size;
	}

	/** Lets `ms` pass and runs what falls due, in order. */
	advance(ms: number): void {
		const end = this.#monotonic + ms;
		for (;;) {
			let due: number | undefined;
			let at = end;
			for (const [id, timer] of this.#timers)
				if (timer.at <= at && (due === undefined || timer.at < at)) {
					due = id;
					at = timer.at;
				}
			if (due === undefined) break;
			const timer = this.#timers.get(due)!;
			if (timer.every) timer.at += timer.every;
			else this.#timers.delete(due);
			this.#wall += at - this.#monotonic;
			this.#monotonic = at;
			timer.callback();
		}
		this.#wall += end - this.#monotonic;
		this.#monotonic = end;
	}

	#add(callback: () => void, ms: number, every: number): number {
		const id = this.#next++;
		this.#timers.set(id, { at: this.#monotonic + Math.max(ms, 0), every, callback });
		return id;
	}
}

/** Flash whose power can fail: after `writesLeft` changes every further one throws. */
export class FakeFlash implements Flash {
	readonly contents = new Map<string, Uint8Array>();
	writesLeft = Number.POSITIVE_INFINITY;

	get(key: string): Uint8Array | undefined {
		return this.contents.get(key)?.slice();
	}

	set(key: string, value: Uint8Array): void {
		this.#spend();
		this.contents.set(key, value.slice());
	}

	delete(key: string): void {
		this.#spend();
		this.contents.delete(key);
	}

	#spend(): void {
		if (this.writesLeft-- <= 0) throw new Error("no power");
	}
}

/** A network without wires: `visit` gives the client's end of a connection to the device. */
export class FakeNetwork implements Network {
	readonly clock: Clock;
	readonly timers: FakeTime;
	maxConnections = 4;
	maxUpload = 4_096;
	/** Ports that cannot be opened at present. */
	readonly refused = new Set<"http" | "https">();
	identitiesFail = false;
	#listeners = new Map<"http" | "https", ListenOptions>();
	#identities = 0;

	constructor(time: FakeTime) {
		this.clock = time;
		this.timers = time;
	}

	address(): string {
		return "192.0.2.16";
	}

	listen(options: ListenOptions): Listener {
		const kind = options.identity ? "https" : "http";
		if (this.refused.has(kind)) {
			options.onError(`${kind} port is in use`);
			return { close() {} };
		}
		if (this.#listeners.has(kind)) throw new Error(`${kind} is listened on twice`);
		this.#listeners.set(kind, options);
		const opening = this.timers.once(() => options.onListening(kind === "https" ? 443 : 80), 0);
		return {
			close: () => {
				this.timers.clear(opening);
				if (this.#listeners.get(kind) === options) this.#listeners.delete(kind);
			},
		};
	}

	isOpen(kind: "http" | "https"): boolean {
		return this.#listeners.has(kind);
	}

	/** `window`: how much the device may write before the test lets it write more. */
	visit(kind: "http" | "https" = "http", remoteAddress = "192.0.2.1", window?: number): FakePeer {
		const listener = this.#listeners.get(kind);
		if (!listener) throw new Error(`connection refused: ${kind}`);
		const peer = new FakePeer(remoteAddress);
		listener.onConnection(peer.deviceEnd);
		peer.drain(window);
		return peer;
	}

	/** Nobody is there, unless a test has put somebody in its place. */
	connect(_to: Connect, handler: SocketHandler): Stream {
		const timer = this.timers.once(() => handler.onError("connection refused"), 0);
		return { read: () => undefined, write: () => 0, close: () => this.timers.clear(timer) };
	}

	/** An identity is a text: its number, its device and until when it is valid. */
	createIdentity(udid: string, done: (identity: Uint8Array | undefined) => void, former?: Uint8Array): void {
		const key = former ? new TextDecoder().decode(former).split(" ")[1] : this.#identities + 1;
		const until = this.clock.synced ? this.clock.now() + 819 * 86_400_000 : Date.UTC(2050, 0, 1) - 1;
		const text = `identity ${key} of ${udid} until ${until}${former ? ` again ${this.#identities + 1}` : ""}`;
		this.#identities++;
		this.timers.once(() => done(this.identitiesFail ? undefined : new TextEncoder().encode(text)), 0);
	}

	expiry(identity: Uint8Array): number {
		return Number(/until (\d+)/.exec(new TextDecoder().decode(identity))?.[1] ?? 0);
	}

	fingerprint(identity: Uint8Array): string | undefined {
		return createHash("sha256").update(identity).digest("hex");
	}
}

export class FakeLed implements Led {
	gamma = 1;
	color: [number, number, number] = [0, 0, 0];
	readonly history: string[] = [];

	set(red: number, green: number, blue: number): void {
		this.color = [red, green, blue];
		this.history.push(`${red},${green},${blue}`);
	}
}

/** A whole fake surrounding. Everything in it is at hand for the test. */
export class FakeHost implements Host {
	digest = digest;
	hmac = hmac;
	udid = "10000fb38278";
	readonly time = new FakeTime();
	/** Real time of the network: apart from the device's, as on a desk. */
	readonly realTime = new FakeTime();
	readonly clock: Clock = this.time;
	readonly timers: Timers = this.time;
	readonly flash = new FakeFlash();
	readonly network = new FakeNetwork(this.realTime);
	readonly led = new FakeLed();
	readonly button: Button = { onChange() {} };
	readings: Readings = { temperature: 21.5, humidity: 40, pressure: 101_325, illuminance: 120, co2: 600 };
	readonly sensors: Sensors = { read: () => ({ ...this.readings }), onMotion() {} };
	readonly events: DeviceEvent[] = [];
	readonly #radioTime = new FakeTime();
	readonly wifi = new FakeRadio(this.#radioTime);
	setupPage?: Uint8Array;
	/** A test may give it some. */
	diagnostics?: Diagnostics;
	readonly announced: string[] = [];
	readonly announce: Announce = {
		publish: ({ secure, port }) => void this.announced.push(`${secure ? "https" : "http"} ${port}`),
		withdraw: () => void this.announced.push("withdrawn"),
	};
	restarts = 0;
	#seed = 1;

	/** Different at every call, the same in every run. */
	random(count: number): Uint8Array {
		const bytes = new Uint8Array(count);
		for (let i = 0; i < count; i++) {
			this.#seed = (Math.imul(this.#seed, 1_103_515_245) + 12_345) >>> 0;
			bytes[i] = this.#seed >>> 16;
		}
		return bytes;
	}

	restart(): void {
		this.restarts++;
	}

	report(event: DeviceEvent): void {
		this.events.push(event);
	}

	/** Lets device time and real time pass together. */
	advance(ms: number): void {
		// In steps: what one of them brings about, the others are to see in time.
		for (let left = ms; left > 0; left -= STEP)
			for (const time of [this.#radioTime, this.realTime, this.time]) time.advance(Math.min(left, STEP));
	}

	wave(motion: Motion): void {
		this.sensors.onMotion(motion);
	}

	/** Presses the button and keeps it down for `ms`. */
	hold(ms: number): void {
		this.button.onChange(true);
		this.advance(ms);
		this.button.onChange(false);
	}
}
