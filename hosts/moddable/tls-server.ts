import type { Socket, SocketHandler, Timers } from "../host";
import type { OnException } from "./guard";
import type { Connection } from "./io";
import { TlsConnection, type TlsConnectionOptions } from "./tls-connection";
import type { Tls } from "./tls-io";
import type { TlsSlots } from "./tls-slots";

/**
 * Connections that have no session yet: silent ones, and those that wait for a slot. One of the address that has most
 * of them makes room, so that a neighbour who comes again and again is in the way of no one else.
 */
const BEGINNING = 4;
/** ms, real time, that one may be silent, and wait: longer than a connection in use keeps its slot without a request. */
const BEGIN_TIME = 15_000;

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
	readonly #beginning = new Set<Knock>();
	/** Handshakes, and what has come of them, with what they began as. */
	readonly #shaking = new Map<TlsConnection, Knock>();
	readonly #open = new Map<TlsConnection, Knock>();
	readonly #events: TlsConnectionOptions;

	constructor(options: TlsServerOptions) {
		const { slots, timers, onConnection, onException } = options;
		this.#options = options;
		this.#events = {
			timers,
			onOpen: (secure) => {
				const knock = this.#shaking.get(secure);
				this.#shaking.delete(secure);
				if (knock) this.#open.set(secure, knock);
				onConnection(secure);
			},
			onStall: (secure) => {
				if (slots.waiting > 0) secure.destroy();
			},
			onIdle: (secure) => {
				if (slots.waiting > 0) secure.retire();
			},
			onGone: (secure) => {
				const knock = this.#shaking.get(secure) ?? this.#open.get(secure);
				this.#shaking.delete(secure);
				this.#open.delete(secure);
				knock?.release();
			},
			onException,
		};
	}

	/** Throws if the client is gone already. */
	admit(connection: Connection): void {
		if (this.#beginning.size >= BEGINNING) this.#dropOne();
		const { timers } = this.#options;
		const limit = timers.once(() => knock.destroy(), BEGIN_TIME);
		const knock = new Knock(connection, {
			onHeard: () => this.#queue(knock),
			onLeft: () => {
				timers.clear(limit);
				this.#beginning.delete(knock);
			},
		});
		this.#beginning.add(knock);
		try {
			connection.accept(knock);
		} catch (error) {
			knock.destroy();
			throw error;
		}
	}

	/** Ends what is not open yet. */
	close(): void {
		for (const one of [...this.#beginning, ...this.#shaking.keys()]) one.destroy();
	}

	#dropOne(): void {
		let oldest: Knock | undefined;
		let most = 0;
		for (const knock of this.#beginning) {
			const count = this.#countOf(knock.connection.remoteAddress);
			if (count <= most) continue;
			oldest = knock;
			most = count;
		}
		oldest?.destroy();
	}

	#countOf(address: string): number {
		let count = 0;
		for (const { connection } of this.#beginning) if (connection.remoteAddress === address) count++;
		return count;
	}

	#queue(knock: Knock): void {
		const { slots } = this.#options;
		knock.release = slots.take(() => this.#shakeHands(knock), knock.connection.remoteAddress);
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

	#shakeHands(knock: Knock): void {
		const { tls, identity } = this.#options;
		const secure = new TlsConnection(knock.connection, tls.serve(identity), this.#events);
		this.#shaking.set(secure, knock);
		knock.pass(secure);
	}
}

/** Holds back what happens to a connection until there is somebody for it. */
class Knock implements SocketHandler {
	readonly connection: Connection;
	/** Gives back the slot, or ends the waiting for it. */
	release = () => {};
	readonly #events: { onHeard(): void; onLeft(): void };
	#target: SocketHandler | undefined;
	#readable = 0;
	#writable = 0;

	constructor(connection: Connection, events: { onHeard(): void; onLeft(): void }) {
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
