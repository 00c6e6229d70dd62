import type { Socket } from "node:net";
import type { MqttClient } from "mqtt";
import type { MqttConnection, MqttOptions, Timer, Timers } from "../host";
import { type Dial, dial, type Lookup } from "./dial";
import { describeFailure } from "./failure";

/** ms, real time, until the broker has accepted. */
const CONNECT_TIME = 15_000;
/** ms, real time, for what was published and the DISCONNECT to leave. */
const CLOSE_TIME = 3_000;
/** Publishes without PUBACK; a broker that lets more wait takes none. */
const UNACKNOWLEDGED = 256;
/** Bytes that do not make a packet yet. Nothing is subscribed to, so acknowledgments are all that has to come. */
const PACKET = 65_536;

const UNASKED = "the broker sends what nobody asked for";

/** MQTT 3.1.1, 3.2.2.3. */
const REFUSALS: readonly string[] = [
	"",
	"refused: another protocol version",
	"refused: another client id",
	"refused: the broker is not available",
	"refused: bad user name or password",
	"refused: not authorized",
];

export interface MqttLinkOptions {
	/** In real time. */
	timers: Timers;
	onException(error: unknown): void;
	/**
	 * Those that may still say goodbye. A broker that sees the same client id twice takes the first one for lost
	 * (MQTT 3.1.1, 3.1.4), so they go first.
	 */
	before: Iterable<MqttLink>;
	/** Nothing is left of the connection. */
	onGone(link: MqttLink): void;
	dial?: Dial;
	lookup?: Lookup;
}

/** A connection to a broker over MQTT.js, without its reconnecting: that is for the firmware to do. */
export class MqttLink implements MqttConnection {
	#options: MqttOptions;
	#host: MqttLinkOptions;
	/** Resolves when nothing is left of the connection. */
	readonly gone: Promise<void>;
	#leave!: () => void;
	#hangUp = () => {};
	#client: MqttClient | undefined;
	#timer: Timer;
	#connected = false;
	#unacknowledged = 0;
	/** Nothing more is told. */
	#closed = false;
	#gone = false;

	constructor(options: MqttOptions, host: MqttLinkOptions) {
		this.#options = options;
		this.#host = host;
		this.#timer = host.timers.once(() => this.#fail("no answer in time"), CONNECT_TIME);
		this.gone = new Promise((resolve) => {
			this.#leave = resolve;
		});
		const before = Promise.all(Array.from(host.before, ({ gone }) => gone));
		void before.then(() => {
			if (this.#gone) return;
			this.#hangUp = (host.dial ?? dial)(
				options,
				(error, socket) => (socket ? void this.#greet(socket) : this.#fail(describeFailure(error))),
				host.lookup,
			);
		});
	}

	publish(topic: string, payload: string, retain: boolean, done?: () => void): void {
		if (this.#closed || !this.#connected) return;
		if (this.#unacknowledged >= UNACKNOWLEDGED) {
			setImmediate(() => this.#fail("the broker does not acknowledge"));
			return;
		}
		this.#unacknowledged++;
		this.#client?.publish(topic, payload, { qos: 1, retain }, (error) => {
			this.#unacknowledged--;
			if (!error && done) this.#tell(done);
		});
	}

	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		this.#host.timers.clear(this.#timer);
		if (!this.#client || !this.#connected) {
			this.destroy();
			return;
		}
		this.#timer = this.#host.timers.once(() => this.destroy(), CLOSE_TIME);
		this.#client.end();
	}

	/** Ends it at once. */
	destroy(): void {
		if (this.#gone) return;
		this.#gone = true;
		this.#closed = true;
		this.#host.timers.clear(this.#timer);
		this.#hangUp();
		this.#client?.end(true);
		this.#leave();
		this.#host.onGone(this);
	}

	async #greet(socket: Socket): Promise<void> {
		// Loaded only here, for it takes a while.
		const { default: mqtt } = await import("mqtt");
		if (this.#gone) return;
		const { clientId, user, password, keepAlive, will } = this.#options;
		const client = new mqtt.MqttClient(() => socket, {
			protocolVersion: 4,
			clean: true,
			clientId,
			...(user !== undefined && { username: user }),
			...(password !== undefined && { password }),
			keepalive: keepAlive,
			will: { ...will, payload: Buffer.from(will.payload), qos: 1, retain: true },
			reconnectPeriod: 0,
			connectTimeout: CONNECT_TIME,
			writeCache: false,
		});
		this.#client = client;
		let unread = 0;
		socket.on("data", (bytes: Buffer) => {
			unread += bytes.length;
			if (unread > PACKET) this.#fail(UNASKED);
		});
		client.on("packetreceive", ({ cmd }) => {
			unread = 0;
			// MQTT.js keeps those with QoS 2 until they are released.
			if (cmd === "publish") this.#fail(UNASKED);
		});
		client.on("connect", () => {
			this.#host.timers.clear(this.#timer);
			if (this.#closed) return;
			this.#connected = true;
			this.#tell(() => this.#options.onConnected());
		});
		client.on("error", (error) => this.#fail(describe(error)));
		client.on("close", () => this.#fail("the connection was cut"));
	}

	#fail(reason: string): void {
		const silent = this.#closed;
		this.#closed = true;
		this.destroy();
		if (!silent) this.#tell(() => this.#options.onClosed(reason));
	}

	#tell(callback: () => void): void {
		try {
			callback();
		} catch (error) {
			this.#host.onException(error);
		}
	}
}

function describe(error: Error): string {
	const { code } = error as { code?: unknown };
	if (typeof code === "number") return REFUSALS[code] ?? `refused (${code})`;
	if (error.message === "Keepalive timeout") return "the broker is silent";
	return typeof code === "string" ? describeFailure(error) : "the answer is not MQTT";
}
