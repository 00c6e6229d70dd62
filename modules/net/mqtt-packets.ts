import { join } from "../bytes";
import { otherProtocol } from "./protocols";

/** MQTT 3.1.1, 2.2.1. */
export const CONNACK = 2;
export const PUBACK = 4;
export const PINGRESP = 13;

/** MQTT 3.1.1, 3.1.2.3: clean session; will with QoS 1, retained; password; user name. */
const CLEAN = 0x02;
const WILL = 0x2c;
const PASSWORD = 0x40;
const USER = 0x80;
const LEVEL = 4;

export interface ConnectPacket {
	clientId: string;
	user?: string;
	password?: string;
	/** Seconds between signs of life. */
	keepAlive: number;
	/** What the broker publishes, retained, when the client is lost. */
	will: { topic: string; payload: string };
}

/** MQTT 3.1.1, 3.1. */
export function connectPacket({ clientId, user, password, keepAlive, will }: ConnectPacket): Uint8Array {
	let flags = CLEAN | WILL;
	const fields = [text(clientId), text(will.topic), text(will.payload)];
	if (user !== undefined) {
		flags |= USER;
		fields.push(text(user));
		// Without a user name there can be no password (3.1.2.9).
		if (password !== undefined) {
			flags |= PASSWORD;
			fields.push(text(password));
		}
	}
	const start = Uint8Array.of(LEVEL, flags, keepAlive >> 8, keepAlive & 255);
	return packet(0x10, [text("MQTT"), start, ...fields]);
}

/** MQTT 3.1.1, 3.3, with QoS 1. */
export function publishPacket(id: number, topic: string, payload: string, retain: boolean): Uint8Array {
	const content = new TextEncoder().encode(payload);
	return packet(retain ? 0x33 : 0x32, [text(topic), Uint8Array.of(id >> 8, id & 255), content]);
}

/** MQTT 3.1.1, 3.12. */
export function pingPacket(): Uint8Array {
	return Uint8Array.of(0xc0, 0);
}

/** MQTT 3.1.1, 3.14. */
export function disconnectPacket(): Uint8Array {
	return Uint8Array.of(0xe0, 0);
}

/** What a broker sends to who subscribes to nothing. All others have two bytes after their length, PINGRESP none. */
export interface Reply {
	kind: typeof CONNACK | typeof PUBACK | typeof PINGRESP;
	/** The packet's identifier, or CONNACK's flags and return code. */
	value: number;
}

/** Reads what a broker sends, from bytes as they come. */
export class ReplyReader {
	readonly #onReply: (reply: Reply) => string | undefined;
	readonly #bytes = new Uint8Array(4);
	#count = 0;
	#begun = false;

	/** `onReply` may return what is wrong with a reply, which ends the reading. */
	constructor(onReply: (reply: Reply) => string | undefined) {
		this.#onReply = onReply;
	}

	/** Returns what is wrong with the bytes. */
	push(bytes: Uint8Array): string | undefined {
		for (let i = 0; i < bytes.length; i++) {
			this.#bytes[this.#count++] = bytes[i]!;
			const fault = this.#count === 1 ? this.checkType() : this.checkRest();
			if (fault !== undefined) return fault;
		}
		return undefined;
	}

	private checkType(): string | undefined {
		const type = this.#bytes[0]!;
		const other = this.#begun ? undefined : otherProtocol(type, "MQTT");
		this.#begun = true;
		if (other) return other;
		if (type === CONNACK << 4 || type === PUBACK << 4 || type === PINGRESP << 4) return undefined;
		// A PUBLISH, of any quality of service.
		return type >> 4 === 3 ? UNASKED : NO_MQTT;
	}

	private checkRest(): string | undefined {
		const [type = 0, length = 0, high = 0, low = 0] = this.#bytes;
		const kind = (type >> 4) as Reply["kind"];
		if (length !== (kind === PINGRESP ? 0 : 2)) return NO_MQTT;
		if (this.#count < length + 2) return undefined;
		this.#count = 0;
		return this.#onReply({ kind, value: (high << 8) | low });
	}
}

export const NO_MQTT = "the answer is not MQTT";
export const UNASKED = "the broker sends what nobody asked for";

/** UTF-8 behind its length (MQTT 3.1.1, 1.5.3). */
function text(value: string): Uint8Array {
	const bytes = new TextEncoder().encode(value);
	return join(Uint8Array.of(bytes.length >> 8, bytes.length & 255), bytes);
}

function packet(type: number, parts: Uint8Array[]): Uint8Array {
	const content = parts.reduce((before, part) => join(before, part));
	const head = [type];
	// 2.2.3: seven bits at a time, the lowest first.
	let left = content.length;
	do {
		head.push(left > 127 ? (left & 127) | 128 : left);
		left >>= 7;
	} while (left > 0);
	return join(Uint8Array.from(head), content);
}
