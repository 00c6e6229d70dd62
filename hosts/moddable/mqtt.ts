import type { MqttConnection, MqttOptions, Timer, Timers } from "../host";
import { guard, type OnException } from "./guard";
import type { Line, Lines } from "./line";
import {
	CONNACK,
	connectPacket,
	disconnectPacket,
	PUBACK,
	pingPacket,
	publishPacket,
	type Reply,
	ReplyReader,
} from "./mqtt-packets";

/** ms, real time, until the broker has accepted. */
const CONNECT_TIME = 15_000;
/** ms, real time, for what was published and the DISCONNECT to leave. */
const CLOSE_TIME = 3_000;
/** Publishes without PUBACK: those that the firmware lets wait, and discovery. */
const UNACKNOWLEDGED = 128;
/** Read from a line at a time. */
const CHUNK = 256;

/** MQTT 3.1.1, 3.2.2.3. The same words as on the desktop. */
const REFUSALS: readonly string[] = [
	"",
	"refused: another protocol version",
	"refused: another client id",
	"refused: the broker is not available",
	"refused: bad user name or password",
	"refused: not authorized",
];

export interface MqttLinkOptions {
	lines: Lines;
	/** In real time. */
	timers: Timers;
	onException: OnException;
	/** Nothing is left of the connection. */
	onGone(link: MqttLink): void;
}

/**
 * Publishes to a broker (MQTT 3.1.1). The SDK's client will not do: it does not tell why a broker refused, cannot
 * wait for an answer to CONNECT, writes more than the socket takes if user, password and will are long, and throws
 * out of the socket's callback when it goes on reading a connection that it has closed.
 */
export class MqttLink implements MqttConnection {
	readonly #options: MqttOptions;
	readonly #host: MqttLinkOptions;
	readonly #reader = new ReplyReader();
	/** What `publish` was given to call, by packet. */
	readonly #unacknowledged = new Map<number, (() => void) | undefined>();
	#line: Line | undefined;
	#output: Uint8Array[] = [];
	#writable = 0;
	#lastId = 0;
	#connected = false;
	/** Nothing more is told. */
	#closed = false;
	#gone = false;
	/** Something came since the last sign of life was asked for. */
	#heard = true;
	/** Of the connecting or the closing. */
	#limit: Timer;
	#pulse: Timer;

	constructor(options: MqttOptions, host: MqttLinkOptions) {
		this.#options = options;
		this.#host = host;
		this.#limit = host.timers.once(() => this.fail("no answer in time"), CONNECT_TIME);
	}

	/** Connects, if it is still wanted. */
	start(): void {
		if (this.#gone || this.#line) return;
		this.#output.push(connectPacket(this.#options));
		this.#line = this.#host.lines.open(this.#options, {
			onWritable: (count) => {
				this.#writable = count;
				this.flush();
			},
			onReadable: () => this.receive(),
			onEnd: (error) => this.fail(error ?? "the connection was cut"),
		});
	}

	publish(topic: string, payload: string, retain: boolean, done?: () => void): void {
		if (this.#closed || !this.#connected) return;
		if (this.#unacknowledged.size >= UNACKNOWLEDGED) {
			this.#host.timers.once(() => this.fail("the broker does not acknowledge"), 0);
			return;
		}
		do this.#lastId = (this.#lastId % 0xffff) + 1;
		while (this.#unacknowledged.has(this.#lastId));
		this.#unacknowledged.set(this.#lastId, done);
		this.send(publishPacket(this.#lastId, topic, payload, retain));
	}

	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		if (!this.#connected) {
			this.destroy();
			return;
		}
		const { timers } = this.#host;
		timers.clear(this.#limit);
		this.#limit = timers.once(() => this.destroy(), CLOSE_TIME);
		this.send(disconnectPacket());
	}

	/** Ends it at once. */
	destroy(): void {
		if (this.#gone) return;
		this.#gone = true;
		this.#closed = true;
		const { timers, onGone } = this.#host;
		timers.clear(this.#limit);
		timers.clear(this.#pulse);
		this.#line?.destroy();
		this.#output = [];
		onGone(this);
	}

	private send(packet: Uint8Array): void {
		this.#output.push(packet);
		this.flush();
	}

	private flush(): void {
		const line = this.#line;
		while (line && this.#writable > 0) {
			const packet = this.#output[0];
			if (!packet) break;
			const bytes = packet.subarray(0, this.#writable);
			if (bytes.length < packet.length) this.#output[0] = packet.subarray(bytes.length);
			else this.#output.shift();
			this.#writable = line.write(bytes);
		}
		if (this.#closed && !this.#gone && this.#output.length === 0) this.leave();
	}

	/** The DISCONNECT is written. */
	private leave(): void {
		const line = this.#line;
		this.#line = undefined;
		line?.close();
		this.destroy();
	}

	private receive(): void {
		for (let bytes = this.#line?.read(CHUNK); bytes; bytes = this.#line?.read(CHUNK)) {
			this.#heard = true;
			const error = this.#reader.push(bytes, (reply) => this.take(reply));
			if (error !== undefined) this.fail(error);
		}
	}

	private take({ kind, value }: Reply): void {
		if (this.#gone) return;
		if (kind === CONNACK) {
			const code = value & 255;
			if (code !== 0) this.fail(REFUSALS[code] ?? `refused (${code})`);
			else if (this.#connected) this.fail("the answer is not MQTT");
			else this.accepted();
		} else if (kind === PUBACK) {
			const done = this.#unacknowledged.get(value);
			this.#unacknowledged.delete(value);
			if (done) this.tell(done);
		}
	}

	private accepted(): void {
		const { timers } = this.#host;
		timers.clear(this.#limit);
		this.#connected = true;
		// Twice in the time that a broker waits for a sign of life, so that one is never too late (3.1.2.10).
		this.#pulse = timers.repeat(() => {
			if (!this.#heard) {
				this.fail("the broker is silent");
				return;
			}
			this.#heard = false;
			if (!this.#closed) this.send(pingPacket());
		}, this.#options.keepAlive * 500);
		this.tell(() => this.#options.onConnected());
	}

	private fail(reason: string): void {
		const silent = this.#closed;
		this.destroy();
		if (!silent) this.tell(() => this.#options.onClosed(reason));
	}

	private tell(callback: () => void): void {
		guard(callback, this.#host.onException);
	}
}
