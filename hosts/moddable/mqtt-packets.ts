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
	keepAlive: number;
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
	#count = 0;
	readonly #bytes = new Uint8Array(4);

	/** Returns what is wrong with the bytes. */
	push(bytes: Uint8Array, onReply: (reply: Reply) => void): string | undefined {
		for (const byte of bytes) {
			this.#bytes[this.#count++] = byte;
			const [type = 0, length = 0, high = 0, low = 0] = this.#bytes;
			const kind = type >> 4;
			if (kind === 3) return "the broker sends what nobody asked for";
			if (kind !== CONNACK && kind !== PUBACK && kind !== PINGRESP) return "the answer is not MQTT";
			if (this.#count < 2) continue;
			if ((type & 15) !== 0 || length !== (kind === PINGRESP ? 0 : 2)) return "the answer is not MQTT";
			if (this.#count < length + 2) continue;
			this.#count = 0;
			onReply({ kind, value: (high << 8) | low });
		}
		return undefined;
	}
}

/** UTF-8 behind its length (MQTT 3.1.1, 1.5.3). */
function text(value: string): Uint8Array {
	const encoded = new TextEncoder().encode(value);
	const bytes = new Uint8Array(encoded.length + 2);
	bytes[0] = encoded.length >> 8;
	bytes[1] = encoded.length & 255;
	bytes.set(encoded, 2);
	return bytes;
}

function packet(type: number, parts: Uint8Array[]): Uint8Array {
	let length = 0;
	for (const part of parts) length += part.length;
	const head = [type];
	// 2.2.3: seven bits at a time, the lowest first.
	let left = length;
	do {
		head.push(left > 127 ? (left & 127) | 128 : left);
		left >>= 7;
	} while (left > 0);
	const bytes = new Uint8Array(head.length + length);
	bytes.set(head);
	let at = head.length;
	for (const part of parts) {
		bytes.set(part, at);
		at += part.length;
	}
	return bytes;
}
