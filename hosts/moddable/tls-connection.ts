import type { Socket, SocketHandler, Timer, Timers } from "../host";
import { guard, type OnException } from "./guard";
import type { TcpConnection } from "./io";
import type { TlsSession } from "./tls-io";

/** Seconds, real time, for a handshake: a phone on weak Wi-Fi needs well below 2 s, the chip itself about as long. */
const HANDSHAKE_TIME = 10;
/** Seconds in which a handshake goes no step further: it has stalled. TCP repeats what was lost after 1 s. */
const STALL_TIME = 3;
/** ms, real time, for what was written, and close_notify, to leave. */
const CLOSE_TIME = 5_000;
/** Records that a server begins with (RFC 8446, 5.1). */
const ALERT = 21;
const HANDSHAKE = 22;
/** Records that are worked on at a time, before others have their turn. A handshake's messages go one by one. */
const RECORDS = 4;

/** The same for any number of connections. */
export interface TlsConnectionOptions {
	/** In real time. */
	timers: Timers;
	/** The handshake is done; it is to be accepted, or closed. Called once at most. */
	onOpen(tls: TlsConnection): void;
	/** The handshake has stalled; said again each second. */
	onStall?(tls: TlsConnection): void;
	/** All that was read has been answered, and sent. */
	onIdle?(tls: TlsConnection): void;
	/** Just before the session goes, if it was open and came to no harm. */
	onParting?(): void;
	/** Nothing is left of the session. */
	onGone(tls: TlsConnection): void;
	onException: OnException;
}

/**
 * TLS over a TCP connection, in the same shape. What the session has to do is done in turns of a timer, so that
 * others are served during a handshake. Methods are private to TypeScript only, as XS keeps a copy of each #method in every instance.
 */
export class TlsConnection implements Socket, SocketHandler {
	readonly remoteAddress: string;
	readonly #options: TlsConnectionOptions;
	readonly #connection: TcpConnection;
	#session: TlsSession | undefined;
	#handler: SocketHandler | undefined;
	#opened = false;
	/** Bytes that TCP has to read, and takes to write. */
	#arrived = 0;
	#allowance = 0;
	/** Of a write, what the session had no room for. */
	#held: Uint8Array | undefined;
	/** What was written last may not have left yet. */
	#unsent = true;
	/** What was read last has been answered. */
	#answered = false;
	#closing = false;
	/** TCP is gone: nothing more can be sent. */
	#cut = false;
	/** Whether the other side's first byte began a record of TLS; undefined before it came. */
	#spoken: boolean | undefined;
	#failure: string | undefined;
	#turn: Timer;
	/** Of the handshake, later of the closing. */
	#limit: Timer;
	/** Seconds since the handshake began, and since its last step. */
	#age = 0;
	#still = 0;

	/** `connection`: not accepted yet. */
	constructor(connection: TcpConnection, session: TlsSession, options: TlsConnectionOptions) {
		this.#options = options;
		this.#connection = connection;
		this.#session = session;
		this.remoteAddress = connection.remoteAddress;
		this.#limit = options.timers.repeat(() => this.grow(), 1_000);
	}

	/** Begins the handshake. */
	start(): void {
		try {
			this.#connection.accept(this);
		} catch {
			this.destroy();
		}
	}

	/** Why it ended, if it did not end well. */
	get failure(): string | undefined {
		return this.#failure;
	}

	/** It may be given up for another. */
	get isStalled(): boolean {
		return !this.#opened && this.#still >= STALL_TIME;
	}

	/** All that was read has been answered. */
	get idle(): boolean {
		return this.#answered && !this.#unsent && !this.#closing;
	}

	accept(handler: SocketHandler): void {
		this.#handler = handler;
		this.schedule();
	}

	read(count: number): Uint8Array | undefined {
		const bytes = this.#session?.read(count);
		if (!bytes) return undefined;
		this.#answered = false;
		this.schedule();
		return new Uint8Array(bytes);
	}

	write(bytes: Uint8Array): number {
		const session = this.#session;
		if (!session || this.#closing || !this.#handler) return 0;
		this.#unsent = true;
		this.#answered = true;
		this.put(session, bytes);
		this.drain(session);
		this.schedule();
		return this.#held ? 0 : session.writable;
	}

	close(): void {
		if (this.#closing || !this.#session) return;
		this.#closing = true;
		this.#handler = undefined;
		if (!this.#opened) {
			this.destroy();
			return;
		}
		const { timers } = this.#options;
		timers.clear(this.#limit);
		this.#limit = timers.once(() => this.destroy(), CLOSE_TIME);
		this.schedule();
	}

	/** Closes it from this side, as if the other one had. */
	retire(): void {
		const handler = this.#handler;
		this.close();
		this.tell(() => handler?.onError());
	}

	/** Leaves nothing of it, whatever is still to come or to be sent. */
	destroy(): void {
		const session = this.#session;
		if (!session) return;
		const { timers } = this.#options;
		timers.clear(this.#limit);
		timers.clear(this.#turn);
		const handler = this.#handler;
		this.#handler = undefined;
		this.#session = undefined;
		if (this.#opened && !session.error) this.tell(() => this.#options.onParting?.());
		session.free();
		// What was written to it leaves: the alert that says what was wrong.
		this.#connection.close();
		this.tell(() => handler?.onError());
		this.#options.onGone(this);
	}

	/** Of the connection, as are the next two. */
	onReadable(count: number): void {
		this.#arrived = count;
		this.work();
	}

	onWritable(count: number): void {
		this.#allowance = count;
		this.work();
	}

	onError(): void {
		this.#allowance = 0;
		this.#arrived = 0;
		this.#cut = true;
		this.#session?.end();
		this.work();
	}

	private schedule(): void {
		if (this.#turn || !this.#session) return;
		this.#turn = this.#options.timers.once(() => {
			this.#turn = undefined;
			this.work();
		}, 0);
	}

	private work(): void {
		let steps = this.#opened ? RECORDS : 1;
		for (let session = this.#session; session; session = this.#session) {
			this.feed(session);
			const more = session.step() > 0;
			if (more) this.#still = 0;
			this.drain(session);
			this.serve(session);
			if (this.#session && (session.error || this.isOver(session)) && !this.isRead(session)) {
				this.#failure =
					this.#spoken === false && !this.#opened ? "TLS is not spoken there" : reasonOf(session);
				this.destroy();
			}
			if (!more && !(this.#arrived > 0 && session.room > 0)) return;
			if (--steps > 0) continue;
			this.schedule();
			return;
		}
	}

	/** Nothing will come of it any more. */
	private isOver(session: TlsSession): boolean {
		return (this.#closing || session.ended) && (this.#cut || !this.#unsent);
	}

	/** What came before the end is still wanted. */
	private isRead(session: TlsSession): boolean {
		return this.#handler !== undefined && !this.#closing && session.readable > 0;
	}

	/** A second of the handshake has passed. */
	private grow(): void {
		this.#age++;
		this.#still++;
		if (this.#age >= HANDSHAKE_TIME) {
			this.#failure = "no answer in time";
			this.destroy();
		} else if (this.isStalled) this.#options.onStall?.(this);
	}

	private feed(session: TlsSession): void {
		const count = Math.min(this.#arrived, session.room);
		if (count <= 0) return;
		const bytes = this.#connection.read(count);
		if (!bytes) {
			this.#arrived = 0;
			return;
		}
		this.#arrived -= bytes.length;
		this.#spoken ??= bytes[0] === ALERT || bytes[0] === HANDSHAKE;
		session.receive(bytes);
	}

	private put(session: TlsSession, bytes: Uint8Array): void {
		const taken = Math.max(session.write(bytes), 0);
		this.#held = taken < bytes.length && !session.error ? bytes.subarray(taken) : undefined;
	}

	private drain(session: TlsSession): void {
		while (this.#allowance > 0) {
			const bytes = session.send(this.#allowance);
			if (!bytes) return;
			this.#allowance = this.#connection.write(new Uint8Array(bytes));
		}
	}

	/** Tells whoever uses it what it can do now. */
	private serve(session: TlsSession): void {
		if (!session.open) return;
		if (!this.#opened) {
			this.#opened = true;
			this.#options.timers.clear(this.#limit);
			this.#limit = undefined;
			this.tell(() => this.#options.onOpen(this));
		}
		if (this.#held && session.writable > 0) this.put(session, this.#held);
		if (this.#closing) {
			// Unread, it would be in the way of what follows.
			while (session.readable > 0) session.read(session.readable);
			if (!this.#held) session.close();
		}
		this.drain(session);
		if (this.#unsent && !this.#held && this.#allowance > 0 && (this.#closing || session.writable > 0))
			this.sent(session);
		const count = session.readable;
		if (count > 0) this.tell(() => this.#handler?.onReadable(count));
	}

	private sent(session: TlsSession): void {
		if (this.#closing) {
			this.#unsent = false;
			return;
		}
		if (!this.#handler) return;
		this.#unsent = false;
		this.tell(() => this.#handler?.onWritable(session.writable));
		if (this.idle) this.tell(() => this.#options.onIdle?.(this));
	}

	/** An exception costs the connection, and nothing else. */
	private tell(callback: () => void): void {
		guard(callback, (error) => {
			this.#options.onException(error);
			this.#handler = undefined;
			this.destroy();
		});
	}
}

/** In words that may be told to everybody; undefined if it ended well. */
function reasonOf({ error, alert }: TlsSession): string | undefined {
	if (alert) return `refused by the peer (${alert})`;
	return error === "connection ended without close_notify" ? "the connection was cut" : error;
}
