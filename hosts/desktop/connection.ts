import type { Socket as Stream } from "node:net";
import type { Socket, SocketHandler, Timer, Timers } from "../host";

/** Bytes held for a device that does not read; beyond, the client has to wait. */
const READ_AHEAD = 16_384;
/** ms for a client to take the rest and close its side too. As long as modules/http gives it. */
const CLOSE_TIME = 10_000;

export interface ConnectionOptions {
	stream: Stream;
	remoteAddress: string;
	/** In real time. */
	timers: Timers;
	/** The connection was closed by the device and waits for the client to do the same. */
	onClosing(connection: Connection): void;
	/** Nothing is left of the connection. */
	onGone(connection: Connection): void;
	onException(error: unknown): void;
}

/** A node:net or node:tls socket, opened with `allowHalfOpen`, in the shape of an ECMA-419 TCP socket. */
export class Connection implements Socket {
	readonly remoteAddress: string;
	#options: ConnectionOptions;
	#stream: Stream;
	#handler: SocketHandler | undefined;
	#held: Uint8Array | undefined;
	#paused = false;
	/** The last write has not left yet. */
	#writing = false;
	/** The client will send no more. */
	#ended = false;
	/** Something was read and nothing written since. */
	#owing = false;
	/** No event may follow. */
	#closed = false;
	#closeTimer: Timer;

	constructor(options: ConnectionOptions) {
		this.#options = options;
		this.#stream = options.stream;
		this.remoteAddress = options.remoteAddress;
		// node:tls keeps TCP open after an error, though it has sent its alert. After every error comes "close" now.
		this.#stream.on("error", () => this.#stream.destroy());
		this.#stream.on("close", () => {
			options.timers.clear(this.#closeTimer);
			this.#fail();
			options.onGone(this);
		});
	}

	accept(handler: SocketHandler): void {
		this.#handler = handler;
		process.nextTick(() => {
			if (this.#closed) return;
			this.#announceWritable();
			this.#stream.on("data", (chunk: Buffer) => this.#receive(chunk));
			this.#stream.on("end", () => {
				this.#ended = true;
				this.#failIfDone();
			});
		});
	}

	read(count: number): Uint8Array | undefined {
		const held = this.#held;
		if (!held) return undefined;
		this.#owing = true;
		if (count < held.length) {
			this.#held = held.subarray(count);
			return held.subarray(0, count);
		}
		this.#held = undefined;
		if (this.#paused) {
			this.#paused = false;
			this.#stream.resume();
		}
		return held;
	}

	write(bytes: Uint8Array): number {
		if (this.#closed) return 0;
		this.#owing = false;
		this.#stream.write(bytes, this.#flushed);
		this.#writing = this.#stream.writableLength > 0;
		return Math.max(this.#stream.writableHighWaterMark - this.#stream.writableLength, 0);
	}

	close(): void {
		if (this.#closed) return;
		this.#finish();
	}

	/** Leaves nothing of it, whatever is still to be sent. */
	destroy(): void {
		this.#closed = true;
		this.#stream.destroy();
	}

	#receive(chunk: Buffer): void {
		// Taken off the wire all the same: unread bytes would make the system reset the connection, and the
		// answer would be lost with it (RFC 9112, 9.6).
		if (this.#closed) return;
		// The firmware knows no Buffer, whose slice() is another one.
		const bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length);
		this.#held = this.#held ? joined(this.#held, bytes) : bytes;
		try {
			this.#handler?.onReadable(this.#held.length);
		} catch (error) {
			this.#break(error);
		}
		if (this.#held && this.#held.length >= READ_AHEAD && !this.#closed) {
			this.#paused = true;
			this.#stream.pause();
		}
	}

	#flushed = (error?: Error | null): void => {
		if (error || this.#closed || this.#stream.writableLength > 0) return;
		if (this.#writing) {
			this.#writing = false;
			this.#announceWritable();
		}
		this.#failIfDone();
	};

	#announceWritable(): void {
		try {
			this.#handler?.onWritable(this.#stream.writableHighWaterMark);
		} catch (error) {
			this.#break(error);
		}
	}

	/**
	 * A client may close its sending side after the request (`printf … | nc`) and still wants its answer. So
	 * its end is the end only when nothing is to be read, answered or sent.
	 */
	#failIfDone(): void {
		if (this.#ended && !this.#held && !this.#owing && this.#stream.writableLength === 0) this.#fail();
	}

	#fail(): void {
		if (this.#closed) return;
		this.#finish();
		try {
			this.#handler?.onError();
		} catch (error) {
			this.#options.onException(error);
		}
	}

	#break(error: unknown): void {
		this.#options.onException(error);
		this.#stream.destroy();
	}

	/** No more events from here on. */
	#finish(): void {
		this.#closed = true;
		this.#held = undefined;
		if (this.#stream.destroyed) return;
		this.#stream.end();
		this.#stream.resume();
		this.#closeTimer = this.#options.timers.once(() => this.#stream.destroy(), CLOSE_TIME);
		this.#options.onClosing(this);
	}
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
	const all = new Uint8Array(first.length + second.length);
	all.set(first);
	all.set(second, first.length);
	return all;
}
