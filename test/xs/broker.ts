import type { Socket } from "node:net";
import { BODY, COMMANDS_WAITING, FIELD_KEPT } from "../../modules/limits";

/** Packet types of MQTT 3.1.1, with their flags. */
const CONNECT = 0x10;
const CONNACK = Uint8Array.of(0x20, 2, 0, 0);
const PUBLISH = 0x30;
const QOS_1 = 0x02;
const PUBACK = 0x40;
const SUBSCRIBE = 0x82;
const SUBACK = 0x90;

/**
 * One connection of a broker that takes no event, and makes as many commands wait as a device lets wait, each as long as
 * it may be, with the start of one more. None of them is the owner's.
 */
export class HostileBroker {
	readonly #socket: Socket;
	/** The body of each command. */
	readonly #body: () => string;
	#received = Buffer.alloc(0);
	#topic = "";
	/** Packet of the last answer to a command; 0: there was none yet. */
	#answer = 0;
	/** What was not sent of the last command. */
	#rest: Uint8Array = new Uint8Array(0);

	constructor(socket: Socket, body: () => string) {
		this.#socket = socket;
		this.#body = body;
		socket.on("data", (bytes) => {
			this.#received = Buffer.concat([this.#received, bytes]);
			while (this.#takePacket());
		});
	}

	/** Lets the device carry out one of those that wait, and sends another. */
	next(): void {
		if (this.#answer === 0) return;
		this.#socket.write(Uint8Array.of(PUBACK, 2, this.#answer >> 8, this.#answer & 255));
		this.#answer = 0;
		this.#socket.write(this.#rest);
		this.#sendStart();
	}

	#takePacket(): boolean {
		const [type = 0, low = 0, high = 0] = this.#received;
		const start = low > 127 ? 3 : 2;
		const end = start + (low > 127 ? (low & 127) | (high << 7) : low);
		if (this.#received.length < Math.max(end, 2)) return false;
		const content = this.#received.subarray(start, end);
		this.#received = this.#received.subarray(end);
		if (type === CONNECT) this.#socket.write(CONNACK);
		else if (type === SUBSCRIBE) this.#begin(content);
		else if ((type & 0xf0) === PUBLISH) {
			const topicEnd = 2 + content.readUInt16BE(0);
			if (content.toString("utf8", 2, topicEnd).endsWith("/answer"))
				this.#answer = content.readUInt16BE(topicEnd);
		}
		return true;
	}

	/** Grants all that was asked for, and begins with commands. */
	#begin(content: Buffer): void {
		const granted: number[] = [];
		for (let at = 2; at < content.length; at += 3 + content.readUInt16BE(at)) granted.push(1);
		this.#topic = content.toString("utf8", 4, 4 + content.readUInt16BE(2));
		this.#socket.write(Uint8Array.of(SUBACK, 2 + granted.length, content[0]!, content[1]!, ...granted));
		// The first is answered at once, and the answer never acknowledged but by `next`.
		for (let i = 0; i <= COMMANDS_WAITING; i++) this.#socket.write(this.#command());
		this.#sendStart();
	}

	#sendStart(): void {
		const command = this.#command();
		this.#socket.write(command.subarray(0, -1));
		this.#rest = command.subarray(-1);
	}

	#command(): Buffer {
		const topic = Buffer.from(this.#topic);
		const authorization = `Ambient16 token="00000000", nc="1", mac="${"0".repeat(64)}"`.padEnd(FIELD_KEPT);
		const payload = Buffer.concat([
			Buffer.from(`${authorization}\n`),
			Buffer.from(this.#body()).subarray(0, BODY),
		]);
		const length = 2 + topic.length + 2 + payload.length;
		const head = [PUBLISH | QOS_1, (length & 127) | 128, length >> 7, topic.length >> 8, topic.length & 255];
		return Buffer.concat([Uint8Array.from(head), topic, Uint8Array.of(0, 1), payload]);
	}
}
