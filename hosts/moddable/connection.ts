import type { Socket, SocketHandler, Timer, Timers } from "../host";
import { guard, type OnException } from "./guard";
import type { SocketIo, Tcp, TcpRemote, TcpTarget } from "./io";

/**
 * ms, real time, without a byte from the client after which a closed connection is ended. The SDK cannot close its
 * side alone, and bytes that come after the end, or wait unread, would make the answer be lost (RFC 9112, 9.6).
 */
const QUIET = 100;
/** ms that a client which goes on sending may hold it up. */
const LINGER = 1_000;

export interface ConnectionOptions {
	io: SocketIo;
	/** Where to connect to, if it is the device that connects: it is connected when it can be written to. */
	to?: TcpRemote;
	/** In real time. */
	timers: Timers;
	/** The device has closed it and it waits for the client to be quiet. */
	onClosing(connection: Connection): void;
	/** Nothing is left of it. */
	onGone(connection: Connection): void;
	onException: OnException;
}

/**
 * One of the SDK's TCP sockets in the shape of the host's. Methods are private to TypeScript only: XS keeps a copy
 * of each #method in every instance.
 */
export class Connection implements Socket, SocketHandler {
	readonly remoteAddress: string;
	#tcp: Tcp | undefined;
	#handler: SocketHandler | undefined;
	/** Bytes announced and not read. */
	#unread = 0;
	/** What was written last may not have left yet. */
	#unsent = false;
	readonly #options: ConnectionOptions;
	#lingering: Timer;
	/** ms that may still be lingered. */
	#patience = LINGER;
	#heard = false;

	/** `tcp`: as the listener gave it, unless the options say where to connect. Throws if the client is gone already. */
	constructor(tcp: Tcp | undefined, options: ConnectionOptions) {
		this.#tcp = tcp;
		this.#options = options;
		this.remoteAddress = tcp ? tcp.remoteAddress : (options.to?.address ?? "");
	}

	/** Throws if the client is gone already, or the address cannot be one. */
	accept(handler: SocketHandler): void {
		const { io, to } = this.#options;
		const from = this.#tcp;
		if (from) this.#tcp = new io.Tcp({ from, nodelay: true, target: this, onReadable, onWritable, onError });
		else if (to) {
			const { address, port } = to;
			this.#tcp = new io.Tcp({ address, port, nodelay: true, target: this, onReadable, onWritable, onError });
		} else return;
		this.#handler = handler;
	}

	read(count: number): Uint8Array | undefined {
		if (count > this.#unread) count = this.#unread;
		if (count <= 0 || !this.#tcp) return;
		this.#unread -= count;
		const bytes = this.#tcp.read(count);
		return bytes && new Uint8Array(bytes);
	}

	write(bytes: Uint8Array): number {
		if (!this.#handler || !this.#tcp) return 0;
		this.#unsent = true;
		try {
			return this.#tcp.write(bytes) ?? 0;
		} catch {
			// It broke, and the event that says so is on its way.
			return 0;
		}
	}

	close(): void {
		if (!this.#tcp || this.#lingering) return;
		this.#handler = undefined;
		guard(() => this.drain(), this.#options.onException);
		if (!this.#unsent) {
			this.destroy();
			return;
		}
		this.linger();
		this.#options.onClosing(this);
	}

	/** Leaves nothing of it, whatever is still to come or to be sent. */
	destroy(): void {
		const tcp = this.#tcp;
		if (!tcp) return;
		this.#tcp = undefined;
		this.#handler = undefined;
		this.#options.timers.clear(this.#lingering);
		guard(() => tcp.close(), this.#options.onException);
		this.#options.onGone(this);
	}

	/** Of the SDK's socket, as are the next two; the Linux ones call even after a close. */
	onReadable(count: number): void {
		if (!this.#tcp) return;
		this.#unread = count;
		try {
			if (this.#handler) this.#handler.onReadable(count);
			else this.drain();
		} catch (error) {
			this.fail(error);
		}
	}

	onWritable(count: number): void {
		this.#unsent = false;
		try {
			this.#handler?.onWritable(count);
		} catch (error) {
			this.fail(error);
		}
	}

	onError(): void {
		const handler = this.#handler;
		this.destroy();
		if (handler) guard(() => handler.onError(), this.#options.onException);
	}

	private fail(error: unknown): void {
		this.#options.onException(error);
		this.onError();
	}

	private drain(): void {
		if (this.read(this.#unread)) this.#heard = true;
	}

	private linger(): void {
		this.#heard = false;
		this.#lingering = this.#options.timers.once(() => {
			this.#patience -= QUIET;
			if (this.#heard && this.#patience > 0) this.linger();
			else this.destroy();
		}, QUIET);
	}
}

// Not the instance's own: the Linux sockets may call one in the same turn in which another has closed the socket,
// and what was the instance's alone may have been collected by then.

function onReadable(this: TcpTarget, count: number): void {
	this.target.onReadable(count);
}

function onWritable(this: TcpTarget, count: number): void {
	this.target.onWritable(count);
}

function onError(this: TcpTarget): void {
	this.target.onError();
}
