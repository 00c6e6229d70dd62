import type { Connect, Network, Timer } from "../../hosts/host";
import { MQTT_CLOSE_TIME, MQTT_CONNECT_TIME, MQTT_OUTPUT, MQTT_UNACKNOWLEDGED } from "../limits";
import { ClientConnection, type ClientHandler } from "./client-connection";
import {
	CONNACK,
	type ConnectPacket,
	connectPacket,
	disconnectPacket,
	type Message,
	NO_MQTT,
	type Packet,
	type PacketHandler,
	PacketReader,
	PINGRESP,
	PUBACK,
	PUBLISH,
	pingPacket,
	pubackPacket,
	publishPacket,
	readMessage,
	SUBACK,
	subscribePacket,
	UNASKED,
} from "./mqtt-packets";
import { cutBeforeAnswer } from "./protocols";

/** MQTT 3.1.1, 3.2.2.3. */
const REFUSALS: readonly string[] = [
	"",
	"refused: another protocol version",
	"refused: another client id",
	"refused: the broker is not available",
	"refused: bad user name or password",
	"refused: not authorized",
];

const UNREAD = "the broker does not read";

export interface MqttClientOptions extends ConnectPacket {
	network: Network;
	to: Connect;
	/** Topics to hear of, MQTT_SUBSCRIPTIONS at most. */
	topics?: readonly string[];
	/** A message of one of these topics, that is neither an old one nor may have come before. */
	onMessage?(topic: string, payload: Uint8Array | undefined): void;
	/** Whether the broker lets it hear of each of the topics. */
	onSubscribed?(granted: readonly boolean[]): void;
	/** The broker has accepted. Called at most once, never within the constructor. */
	onConnected(): void;
	/** The connection ended or did not come about; nothing follows. Called once, unless `close` or `part` was. */
	onClosed(error: string): void;
}

/** A connection to a broker, with QoS 1 (MQTT 3.1.1). What nobody asked it for ends it. */
export class MqttClient implements ClientHandler, PacketHandler {
	readonly #options: MqttClientOptions;
	readonly #reader: PacketReader;
	readonly #topics: readonly string[];
	readonly #connection: ClientConnection;
	/** What `publish` was given to call, by packet. */
	readonly #unacknowledged = new Map<number, (() => void) | undefined>();
	#lastId = 0;
	/** Of the SUBSCRIBE that is not answered; 0: of none. */
	#subscribing = 0;
	#state: "connecting" | "connected" | "failing" | "parting" | "closed" = "connecting";
	/** Called when nothing is left. */
	#onGone = () => {};
	/** A sign of life was asked for, and has not come. */
	#pinged = false;
	/** Of the connecting, the failing or the closing. */
	#limit: Timer;
	#pulse: Timer;

	constructor(options: MqttClientOptions) {
		const { network, to } = options;
		this.#options = options;
		this.#topics = options.topics ?? [];
		this.#reader = new PacketReader(this, this.#topics.length > 0);
		this.#limit = network.timers.once(() => this.end("no answer in time"), MQTT_CONNECT_TIME);
		this.#connection = new ClientConnection(network, to, this);
		this.#connection.send(connectPacket(options));
	}

	/** Publishes; `done` when the broker has it, and never if the connection ends before. */
	publish(topic: string, payload: string, retain: boolean, done?: () => void): void {
		if (this.#state !== "connected") return;
		const isUnread = this.#connection.waiting >= MQTT_OUTPUT;
		if (isUnread || this.#unacknowledged.size >= MQTT_UNACKNOWLEDGED) {
			const reason = isUnread ? UNREAD : "the broker does not acknowledge";
			// Not from within the call, and once: whoever publishes on is not heard any more.
			this.#state = "failing";
			this.#limit = this.#options.network.timers.once(() => this.end(reason), 0);
			return;
		}
		const id = this.nextId();
		this.#unacknowledged.set(id, done);
		this.#connection.send(publishPacket(id, topic, payload, retain));
	}

	/** Sends what was published and a DISCONNECT, and leaves. */
	close(): void {
		if (this.#state === "connected") this.#connection.send(disconnectPacket());
		this.leave();
	}

	/**
	 * As `close`, but waits for the broker to close the connection, which it does on a DISCONNECT. `onGone` is called
	 * when it has, or did not within seconds; at once if there is nothing to wait for.
	 */
	part(onGone: () => void): void {
		if (this.#state !== "connected") {
			this.leave();
			onGone();
			return;
		}
		const { timers } = this.#options.network;
		this.#state = "parting";
		this.#onGone = onGone;
		timers.clear(this.#pulse);
		this.#limit = timers.once(() => this.end(""), MQTT_CLOSE_TIME);
		this.#connection.send(disconnectPacket());
	}

	/** Of the connection, as is the next one. */
	onBytes(bytes: Uint8Array): void {
		const error = this.#reader.push(bytes);
		if (error !== undefined) this.end(error);
	}

	onEnd(reason: string | undefined): void {
		this.end(reason ?? this.reasonOfCut());
	}

	/** Of the reader. */
	onPacket(packet: Packet): string | undefined {
		if (this.#state === "closed") return undefined;
		const { type, content } = packet;
		// The packet's identifier, or CONNACK's flags and return code.
		const value = (content[0]! << 8) | content[1]!;
		if (type === CONNACK) return this.#state === "connecting" ? this.accept(value) : UNASKED;
		if (type === PUBLISH) return this.hear(readMessage(packet));
		if (type === SUBACK) return this.subscribed(value, content.subarray(2));
		if (type === PUBACK) {
			if (!this.#unacknowledged.has(value)) return UNASKED;
			const done = this.#unacknowledged.get(value);
			this.#unacknowledged.delete(value);
			if (this.#state === "connected") done?.();
			return undefined;
		}
		if (type !== PINGRESP || !this.#pinged) return UNASKED;
		this.#pinged = false;
		return undefined;
	}

	private hear(message: Message | undefined): string | undefined {
		if (!message) return NO_MQTT;
		const { topic, payload, retained, id, duplicate } = message;
		if (this.#state === "connecting" || !this.#topics.includes(topic)) return UNASKED;
		if (this.#connection.waiting >= MQTT_OUTPUT) return UNREAD;
		if (this.#state !== "connected") return undefined;
		if (id !== 0) this.#connection.send(pubackPacket(id));
		if (!retained && !duplicate) this.#options.onMessage?.(topic, payload);
		return undefined;
	}

	private subscribed(id: number, codes: Uint8Array): string | undefined {
		if (id !== this.#subscribing || id === 0) return UNASKED;
		if (codes.length !== this.#topics.length) return NO_MQTT;
		this.#subscribing = 0;
		if (this.#state === "connected") this.#options.onSubscribed?.(Array.from(codes, (code) => code < 0x80));
		return undefined;
	}

	private nextId(): number {
		do this.#lastId = (this.#lastId % 0xffff) + 1;
		while (this.#unacknowledged.has(this.#lastId) || this.#lastId === this.#subscribing);
		return this.#lastId;
	}

	private accept(value: number): string | undefined {
		if (value > 0xff) return NO_MQTT;
		if (value !== 0) return REFUSALS[value] ?? `refused (${value})`;
		const { network, keepAlive, onConnected } = this.#options;
		network.timers.clear(this.#limit);
		this.#state = "connected";
		// Twice in the time that a broker waits for a sign of life, so that one is never too late (3.1.2.10).
		this.#pulse = network.timers.repeat(() => this.ping(), keepAlive * 500);
		if (this.#topics.length > 0) {
			this.#subscribing = this.nextId();
			this.#connection.send(subscribePacket(this.#subscribing, this.#topics));
		}
		onConnected();
		return undefined;
	}

	private ping(): void {
		if (this.#pinged) this.end("the broker is silent");
		else this.#connection.send(pingPacket());
		this.#pinged = true;
	}

	private reasonOfCut(): string {
		if (this.#state !== "connecting") return "the connection was cut";
		return cutBeforeAnswer(this.#options.to.endpoint.secure);
	}

	private end(error: string): void {
		if (this.#state === "closed") return;
		const parted = this.#state === "parting";
		this.leave();
		if (parted) this.#onGone();
		else this.#options.onClosed(error);
	}

	private leave(): void {
		const { timers } = this.#options.network;
		this.#state = "closed";
		timers.clear(this.#limit);
		timers.clear(this.#pulse);
		this.#connection.close();
	}
}
