import type { Socket, SocketHandler } from "../../hosts/host";

/** The client's end of a connection to a device under test; `deviceEnd` is what the device holds. */
export class FakePeer {
	readonly deviceEnd: Socket;
	/** The device closed the connection. */
	closed = false;
	/** How much the device may write before it has to wait for `drain`. */
	window = 65_536;
	#received: Uint8Array[] = [];
	#unread = new Uint8Array(0);
	#handler: SocketHandler | undefined;
	#broken = false;

	constructor(remoteAddress = "192.0.2.1") {
		this.deviceEnd = {
			remoteAddress,
			accept: (handler) => {
				if (this.#handler) throw new Error("accepted twice");
				this.#handler = handler;
			},
			read: (count) => {
				if (this.#unread.length === 0) return undefined;
				const bytes = this.#unread.slice(0, count);
				this.#unread = this.#unread.slice(bytes.length);
				return bytes;
			},
			write: (bytes) => {
				if (this.closed) throw new Error("write after close");
				if (bytes.length > this.window) throw new Error("written more than allowed");
				this.window -= bytes.length;
				this.#received.push(bytes.slice());
				return this.window;
			},
			close: () => {
				this.closed = true;
			},
		};
	}

	/** Lets the device know that it can write. Do this first: no connection is writable before it is accepted. */
	drain(count = 65_536): void {
		this.window = count;
		if (this.#live()) this.#handler?.onWritable(count);
	}

	/** Bytes arrive at the device. */
	send(data: string | Uint8Array): this {
		const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
		if (bytes.length === 0 || !this.#live()) return this;
		const all = new Uint8Array(this.#unread.length + bytes.length);
		all.set(this.#unread);
		all.set(bytes, this.#unread.length);
		this.#unread = all;
		this.#handler?.onReadable(all.length);
		return this;
	}

	/** The client vanishes. */
	disconnect(): void {
		if (!this.#live()) return;
		this.#broken = true;
		this.#handler?.onError();
	}

	/** All that the device has sent so far. */
	get text(): string {
		return Buffer.concat(this.#received).toString("latin1");
	}

	/** Bytes the device has not read yet. */
	get waiting(): number {
		return this.#unread.length;
	}

	#live(): boolean {
		return !this.closed && !this.#broken;
	}
}
