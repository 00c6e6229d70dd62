import type { Socket as NodeStream } from "node:net";
import type { Socket, SocketHandler, Timer, Timers } from "../host";
import { describeFailure } from "./failure";

/** Bytes held for a device that does not read; beyond, the other side has to wait. */
const READ_AHEAD = 16_384;
/** ms for the other side to take the rest and close its side too. As long as modules/http gives it. */
const CLOSE_TIME = 10_000;

export interface NodeSocketOptions {
	stream: NodeStream;
	remoteAddress: string;
	/** The device has made the connection: the other side's end is its end, whatever it was asked. */
	outgoing: boolean;
	/** In real time. */
	timers: Timers;
	/** The connection was closed by the device and waits for the other side to do the same. */
	onClosing(socket: NodeSocket): void;
	/** Nothing is left of the connection. */
	onGone(socket: NodeSocket): void;
	onException(error: unknown): void;
}

/** A node:net or node:tls socket, opened with `allowHalfOpen`, in the shape of an ECMA-419 TCP socket. */
export class NodeSocket implements Socket {
	readonly remoteAddress: string;
	#options: NodeSocketOptions;
	#stream: NodeStream;
	#handler: SocketHandler | undefined;
	#held: Uint8Array | undefined;
	#paused = false;
	/** The last write has not left yet. */
	#writing = false;
	/** The other side will send no more. */
	#ended = false;
	/** Something was read and nothing written since. */
	#owing = false;
	/** No event may follow. */
	#closed = false;
	/** Bytes that came all the same. */
	#discarded = 0;
	#closeTimer: Timer;
	/** Why the stream broke. */
	#reason: string | undefined;

	constructor(options: NodeSocketOptions) {
		this.#options = options;
		this.#stream = options.stream;
		this.remoteAddress = options.remoteAddress;
		// node:tls keeps TCP open after an error, though it has sent its alert. After every error comes "close" now.
		this.#stream.on("error", (error) => {
			this.#reason = describeFailure(error);
			this.#stream.destroy();
		});
		this.#stream.on("close", () => {
			options.timers.clear(this.#closeTimer);
			// What came before the end is still to be read.
			if (!options.outgoing || !this.#ended || !this.#held) this.#fail();
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
		// Not within the reading.
		if (this.#ended && this.#options.outgoing) setImmediate(() => this.#failIfDone());
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
		if (this.#closed) {
			this.#discarded += chunk.length;
			// Nobody waits for an answer to it. A server could go on for as long as it is listened to.
			if (this.#options.outgoing && this.#discarded > READ_AHEAD) this.#stream.destroy();
			return;
		}
		const { buffer, byteOffset, length } = this.#held ? Buffer.concat([this.#held, chunk]) : chunk;
		// The firmware knows no Buffer, whose slice() is another one.
		this.#held = new Uint8Array(buffer, byteOffset, length);
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
		if (!this.#ended || this.#held) return;
		if (this.#options.outgoing || (!this.#owing && this.#stream.writableLength === 0)) this.#fail();
	}

	#fail(): void {
		if (this.#closed) return;
		this.#finish();
		try {
			this.#handler?.onError(this.#reason);
		} catch (error) {
			this.#options.onException(error);
		}
	}

	#break(error: unknown): void {
		this.#options.onException(error);
		this.#reason = "it failed";
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
