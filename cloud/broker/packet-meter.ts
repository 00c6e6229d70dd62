/**
 * Follows the lengths of MQTT's packets (MQTT 3.1.1, 2.2.3) in bytes as they come. The parser of the broker keeps a
 * packet until it is whole, whatever its length, and would take 256 MB of anybody.
 */
export class PacketMeter {
	readonly #most: number;
	/** Bytes of the packet that are still to come; -1: its length is being read, -2: its first byte is next. */
	#left = -2;
	#length = 0;
	#shift = 0;

	/** `most`: bytes that may follow a packet's length. */
	constructor(most: number) {
		this.#most = most;
	}

	/** Whether all is within the bound so far. */
	push(bytes: Uint8Array): boolean {
		for (let at = 0; at < bytes.length; ) {
			if (this.#left > 0) {
				const step = Math.min(this.#left, bytes.length - at);
				at += step;
				this.#left -= step;
				if (this.#left === 0) this.#left = -2;
				continue;
			}
			const byte = bytes[at++] as number;
			if (this.#left === -2) {
				this.#left = -1;
				this.#length = this.#shift = 0;
				continue;
			}
			this.#length += (byte & 0x7f) << this.#shift;
			this.#shift += 7;
			if (this.#length > this.#most || this.#shift > 28) return false;
			if (byte < 0x80) this.#left = this.#length || -2;
		}
		return true;
	}
}
