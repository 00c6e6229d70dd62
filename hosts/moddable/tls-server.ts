import type { Socket, SocketHandler, Timers } from "../host";
import type { OnException } from "./guard";
import type { TcpConnection } from "./io";
import { TlsConnection, type TlsConnectionOptions } from "./tls-connection";
import type { Tls } from "./tls-io";
import type { TlsSlots } from "./tls-slots";

/**
 * Connections that have no session yet: silent ones, and those that wait for a slot. One of the address that has most
 * of them makes room, so that a neighbour who comes again and again is in the way of no one else.
 */
const PENDING = 4;
/** ms, real time, that one may be silent, and wait: longer than a connection in use keeps its slot without a request. */
const PENDING_TIME = 15_000;

export interface TlsServerOptions {
	tls: Tls;
	identity: Uint8Array;
	slots: TlsSlots;
	/** In real time. */
	timers: Timers;
	/** The handshake is done. */
	onConnection(socket: Socket): void;
	onException: OnException;
}

/**
 * The handshakes of one HTTPS port. A connection costs a session only when its client has begun to speak, and then
 * waits until a slot is free. A handshake that has stalled makes room for it, or a connection whose requests have all
 * been answered.
 */
export class TlsServer {
	readonly #options: TlsServerOptions;
	readonly #pending = new Set<PendingHandshake>();
	/** Handshakes, and what has come of them, with what they began as. */
	readonly #shaking = new Map<TlsConnection, PendingHandshake>();
	readonly #open = new Map<TlsConnection, PendingHandshake>();
	readonly #events: TlsConnectionOptions;

	constructor(options: TlsServerOptions) {
		const { slots, timers, onConnection, onException } = options;
		this.#options = options;
		this.#events = {
			timers,
			onOpen: (secure) => {
				const pending = this.#shaking.get(secure);
				this.#shaking.delete(secure);
				if (pending) this.#open.set(secure, pending);
				onConnection(secure);
			},
			onStall: (secure) => {
				if (slots.waiting > 0) secure.destroy();
			},
			onIdle: (secure) => {
				if (slots.waiting > 0) secure.retire();
			},
			onGone: (secure) => {
				const pending = this.#shaking.get(secure) ?? this.#open.get(secure);
				this.#shaking.delete(secure);
				this.#open.delete(secure);
				pending?.release();
			},
			onException,
		};
	}

	/** Throws if the client is gone already. */
	admit(connection: TcpConnection): void {
		if (this.#pending.size >= PENDING) this.#dropOne();
		const { timers } = this.#options;
		const limit = timers.once(() => pending.destroy(), PENDING_TIME);
		const pending = new PendingHandshake(connection, {
			onHeard: () => this.#queue(pending),
			onLeft: () => {
				timers.clear(limit);
				this.#pending.delete(pending);
			},
		});
		this.#pending.add(pending);
		try {
			connection.accept(pending);
		} catch (error) {
			pending.destroy();
			throw error;
		}
	}

	/** Ends what is not open yet. */
	close(): void {
		for (const one of [...this.#pending, ...this.#shaking.keys()]) one.destroy();
	}

	#dropOne(): void {
		let oldest: PendingHandshake | undefined;
		let most = 0;
		for (const pending of this.#pending) {
			const count = this.#countOf(pending.connection.remoteAddress);
			if (count <= most) continue;
			oldest = pending;
			most = count;
		}
		oldest?.destroy();
	}

	#countOf(address: string): number {
		let count = 0;
		for (const { connection } of this.#pending) if (connection.remoteAddress === address) count++;
		return count;
	}

	#queue(pending: PendingHandshake): void {
		const { slots } = this.#options;
		pending.release = slots.take(() => this.#shakeHands(pending), pending.connection.remoteAddress);
		if (slots.waiting > 0) this.#makeRoom();
	}

	#makeRoom(): void {
		for (const secure of this.#shaking.keys()) {
			if (!secure.isStalled) continue;
			secure.destroy();
			return;
		}
		for (const secure of this.#open.keys()) {
			if (!secure.idle) continue;
			secure.retire();
			return;
		}
	}

	#shakeHands(pending: PendingHandshake): void {
		const { tls, identity } = this.#options;
		const secure = new TlsConnection(pending.connection, tls.serve(identity), this.#events);
		this.#shaking.set(secure, pending);
		pending.pass(secure);
	}
}

/** Holds back what happens to a connection until there is somebody for it. */
class PendingHandshake implements SocketHandler {
	readonly connection: TcpConnection;
	/** Gives back the slot, or ends the waiting for it. */
	release = () => {};
	readonly #events: { onHeard(): void; onLeft(): void };
	#target: SocketHandler | undefined;
	#readable = 0;
	#writable = 0;

	constructor(connection: TcpConnection, events: { onHeard(): void; onLeft(): void }) {
		this.connection = connection;
		this.#events = events;
	}

	pass(target: SocketHandler): void {
		this.#target = target;
		this.#events.onLeft();
		if (this.#writable > 0) target.onWritable(this.#writable);
		target.onReadable(this.#readable);
	}

	destroy(): void {
		this.release();
		this.#events.onLeft();
		this.connection.destroy();
	}

	onReadable(count: number): void {
		const first = this.#readable === 0;
		this.#readable = count;
		if (this.#target) this.#target.onReadable(count);
		else if (first) this.#events.onHeard();
	}

	onWritable(count: number): void {
		this.#writable = count;
		this.#target?.onWritable(count);
	}

	onError(): void {
		if (this.#target) this.#target.onError();
		else this.destroy();
	}
}
