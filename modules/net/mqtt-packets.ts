import { join } from "../bytes";
import { MQTT_PACKET, MQTT_SUBSCRIPTIONS } from "../limits";
import { otherProtocol } from "./protocols";

/** MQTT 3.1.1, 2.2.1. */
export const CONNACK = 2;
export const PUBLISH = 3;
export const PUBACK = 4;
export const SUBACK = 9;
export const PINGRESP = 13;

/** Bytes after the length, by type: the least and the most. What is not here no broker sends to a client like this. */
const LENGTHS: Readonly<Record<number, readonly [number, number]>> = {
	[CONNACK]: [2, 2],
	// A topic of a letter, and with QoS 1 an identifier.
	[PUBLISH]: [3, 268_435_455],
	[PUBACK]: [2, 2],
	[SUBACK]: [3, 2 + MQTT_SUBSCRIPTIONS],
	[PINGRESP]: [0, 0],
};

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

/** MQTT 3.1.1, 3.8, with QoS 1 for each. */
export function subscribePacket(id: number, topics: readonly string[]): Uint8Array {
	const filters = topics.map((topic) => join(text(topic), Uint8Array.of(1)));
	return packet(0x82, [Uint8Array.of(id >> 8, id & 255), ...filters]);
}

/** MQTT 3.1.1, 3.4. */
export function pubackPacket(id: number): Uint8Array {
	return Uint8Array.of(PUBACK << 4, 2, id >> 8, id & 255);
}

/** What a broker sends. */
export interface Packet {
	type: typeof CONNACK | typeof PUBLISH | typeof PUBACK | typeof SUBACK | typeof PINGRESP;
	/** Of its first byte, the lower four bits. */
	flags: number;
	/** What follows its length; of a longer one the first MQTT_PACKET bytes. */
	content: Uint8Array;
	/** The content is all of it. */
	whole: boolean;
}

export interface PacketHandler {
	/** Returns what is wrong with the packet, which ends the reading. */
	onPacket(packet: Packet): string | undefined;
}

/** Reads what a broker sends, from bytes as they come. Of no packet it keeps more than MQTT_PACKET bytes. */
export class PacketReader {
	readonly #handler: PacketHandler;
	readonly #subscribes: boolean;
	/** First byte of the packet; -1 before the first one, 0 between two. */
	#first = -1;
	/** Bytes of the length that were read, and what they come to. */
	#lengthBytes = 0;
	#length = 0;
	/** Undefined until the length is known. */
	#content: Uint8Array | undefined;
	/** Bytes of the content that have come. */
	#count = 0;

	/** `subscribes`: a PUBLISH may come at all. */
	constructor(handler: PacketHandler, subscribes: boolean) {
		this.#handler = handler;
		this.#subscribes = subscribes;
	}

	/** Returns what is wrong with the bytes. */
	push(bytes: Uint8Array): string | undefined {
		for (let at = 0; at < bytes.length; ) {
			let fault: string | undefined;
			if (this.#content) at += this.fill(bytes, at);
			else fault = this.#first <= 0 ? this.readType(bytes[at++]!) : this.readLength(bytes[at++]!);
			if (fault === undefined && this.#content && this.#count === this.#length) fault = this.hand();
			if (fault !== undefined) return fault;
		}
		return undefined;
	}

	private readType(first: number): string | undefined {
		const other = this.#first < 0 ? otherProtocol(first, "MQTT") : undefined;
		if (other) return other;
		this.#first = first;
		this.#length = 0;
		this.#lengthBytes = 0;
		this.#count = 0;
		const type = first >> 4;
		// Quality of service 2 was not asked for, and 3 is none.
		if (type === PUBLISH) return this.#subscribes && (first & 4) === 0 ? undefined : UNASKED;
		if (type === SUBACK && !this.#subscribes) return NO_MQTT;
		return (first & 15) === 0 && LENGTHS[type] !== undefined ? undefined : NO_MQTT;
	}

	/** 2.2.3: seven bits at a time, the lowest first, in four bytes at most. */
	private readLength(byte: number): string | undefined {
		this.#length += (byte & 127) * 128 ** this.#lengthBytes++;
		if (byte & 128) return this.#lengthBytes < 4 ? undefined : NO_MQTT;
		const [least, most] = LENGTHS[this.#first >> 4]!;
		if (this.#length < least || this.#length > most) return NO_MQTT;
		this.#content = new Uint8Array(Math.min(this.#length, MQTT_PACKET));
		return undefined;
	}

	private fill(bytes: Uint8Array, at: number): number {
		const content = this.#content as Uint8Array;
		const count = Math.min(bytes.length - at, this.#length - this.#count);
		const kept = Math.min(count, content.length - this.#count);
		if (kept > 0) content.set(bytes.subarray(at, at + kept), this.#count);
		this.#count += count;
		return count;
	}

	private hand(): string | undefined {
		const content = this.#content as Uint8Array;
		const first = this.#first;
		const whole = content.length === this.#length;
		this.#content = undefined;
		this.#first = 0;
		return this.#handler.onPacket({
			type: (first >> 4) as Packet["type"],
			flags: first & 15,
			content,
			whole,
		});
	}
}

/** A message that a broker has handed on (MQTT 3.1.1, 3.3). */
export interface Message {
	topic: string;
	/** Undefined if it is longer than this device reads. */
	payload: Uint8Array | undefined;
	/** It is an old one, that the broker keeps for those who come later. */
	retained: boolean;
	/** To be acknowledged by; 0: with QoS 0, not at all. */
	id: number;
	/** It may have come before. */
	duplicate: boolean;
}

/** The message in a PUBLISH; undefined if it is none. */
export function readMessage({ content, flags, whole }: Packet): Message | undefined {
	const length = (content[0]! << 8) | content[1]!;
	const qos = (flags >> 1) & 3;
	const start = 2 + length + 2 * qos;
	if (start > content.length) return undefined;
	const id = qos === 0 ? 0 : (content[2 + length]! << 8) | content[3 + length]!;
	if (qos !== 0 && id === 0) return undefined;
	return {
		topic: new TextDecoder().decode(content.subarray(2, 2 + length)),
		payload: whole ? content.subarray(start) : undefined,
		retained: (flags & 1) === 1,
		id,
		duplicate: (flags & 8) === 8,
	};
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
