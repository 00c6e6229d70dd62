import type { SocketHandler, Stream, Timers } from "../../../hosts/host";
import { join } from "../../../modules/bytes";

/** ms that everything outside takes. */
const DELAY = 100;
const WINDOW = 4_096;

/** Database or broker, whichever is spoken to: prints what it is sent, and takes it. */
export class Outside implements Stream {
	readonly #handler: SocketHandler;
	readonly #timers: Timers;
	readonly #print: (event: object) => void;
	#sent: Uint8Array = new Uint8Array(0);
	#said: Uint8Array = new Uint8Array(0);
	#closed = false;

	constructor(handler: SocketHandler, timers: Timers, print: (event: object) => void) {
		this.#handler = handler;
		this.#timers = timers;
		this.#print = print;
		this.later(() => handler.onWritable(WINDOW));
	}

	read(count: number): Uint8Array | undefined {
		const bytes = this.#said.subarray(0, count);
		this.#said = this.#said.subarray(bytes.length);
		return bytes.length > 0 ? bytes : undefined;
	}

	write(bytes: Uint8Array): number {
		this.#sent = join(this.#sent, bytes);
		while (this.#sent.length > 1 && (this.#sent[0] === POST ? this.takePost() : this.takePacket()));
		return WINDOW;
	}

	close(): void {
		this.#closed = true;
	}

	private takePost(): boolean {
		const text = new TextDecoder().decode(this.#sent);
		const end = text.indexOf("\r\n\r\n") + 4;
		const length = Number(text.slice(text.indexOf("Content-Length: ") + 16, end).split("\r\n")[0]);
		if (end < 4 || this.#sent.length < end + length) return false;
		this.take(end + length);
		this.#print({ event: "post", target: text.split(" ")[1], body: text.slice(end) });
		this.say(new TextEncoder().encode("HTTP/1.1 204 Taken\r\n\r\n"));
		return true;
	}

	/** Lengths of two bytes at most. */
	private takePacket(): boolean {
		const [type = 0, low = 0, high = 0] = this.#sent;
		const start = low > 127 ? 3 : 2;
		const length = low > 127 ? (low & 127) | (high << 7) : low;
		if (this.#sent.length < start + length) return false;
		const packet = this.take(start + length).subarray(start);
		switch (type >> 4) {
			case CONNECT:
				this.say(Uint8Array.of(0x20, 2, 0, 0));
				break;
			case PUBLISH: {
				const topic = 2 + ((packet[0]! << 8) | packet[1]!);
				const text = (from: number, to?: number) => new TextDecoder().decode(packet.subarray(from, to));
				this.#print({
					event: "publish",
					topic: text(2, topic),
					payload: text(topic + 2),
					retain: (type & 1) === 1,
				});
				this.say(Uint8Array.of(0x40, 2, packet[topic]!, packet[topic + 1]!));
				break;
			}
			case SUBSCRIBE: {
				// For each filter, as much as was asked for (MQTT 3.1.1, 3.9.3).
				const granted: number[] = [];
				for (let at = 2; at < packet.length; at += 3 + ((packet[at]! << 8) | packet[at + 1]!))
					granted.push(packet[at + 2 + ((packet[at]! << 8) | packet[at + 1]!)]!);
				this.say(Uint8Array.of(0x90, 2 + granted.length, packet[0]!, packet[1]!, ...granted));
				break;
			}
			case PINGREQ:
				this.say(Uint8Array.of(0xd0, 0));
				break;
			default:
				this.#print({ event: "disconnect" });
				this.later(() => this.#handler.onError());
		}
		return true;
	}

	private take(count: number): Uint8Array {
		const bytes = this.#sent.subarray(0, count);
		this.#sent = this.#sent.subarray(count);
		return bytes;
	}

	private say(bytes: Uint8Array): void {
		this.later(() => {
			this.#said = join(this.#said, bytes);
			this.#handler.onReadable(this.#said.length);
		});
	}

	private later(callback: () => void): void {
		this.#timers.once(() => {
			if (!this.#closed) callback();
		}, DELAY);
	}
}

/** P */
const POST = 0x50;
const CONNECT = 1;
const PUBLISH = 3;
const SUBSCRIBE = 8;
const PINGREQ = 12;
