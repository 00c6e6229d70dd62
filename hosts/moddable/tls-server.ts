import type { Socket, SocketHandler, Timers } from "../host";
import type { Connection } from "./connection";
import type { OnException } from "./guard";
import { TlsConnection } from "./tls-connection";
import type { Tls } from "./tls-io";
import type { TlsSlots } from "./tls-slots";

/** Connections that have no session yet: silent ones, and those that wait for a slot. The oldest makes room. */
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
 * waits until a slot is free; one whose requests have all been answered makes room for it.
 */
export class TlsServer {
	readonly #options: TlsServerOptions;
	readonly #beginning = new Set<Knock>();
	readonly #shaking = new Set<TlsConnection>();
	readonly #open = new Set<TlsConnection>();

	constructor(options: TlsServerOptions) {
		this.#options = options;
	}

	/** Throws if the client is gone already. */
	admit(connection: Connection): void {
		if (this.#beginning.size >= BEGINNING) this.#dropOldest();
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
		for (const one of [...this.#beginning, ...this.#shaking]) one.destroy();
	}

	#dropOldest(): void {
		for (const oldest of this.#beginning) {
			oldest.destroy();
			return;
		}
	}

	#queue(knock: Knock): void {
		const { slots } = this.#options;
		knock.release = slots.take(() => {
			this.#shakeHands(knock);
		});
		if (slots.waiting === 0) return;
		for (const open of this.#open) {
			if (!open.idle) continue;
			open.retire();
			return;
		}
	}

	#shakeHands(knock: Knock): void {
		const { tls, identity, slots, timers, onConnection, onException } = this.#options;
		const secure = new TlsConnection({
			connection: knock.connection,
			session: tls.serve(identity),
			timers,
			onOpen: () => {
				this.#shaking.delete(secure);
				this.#open.add(secure);
				onConnection(secure);
			},
			onIdle: () => {
				if (slots.waiting > 0) secure.retire();
			},
			onGone: () => {
				this.#shaking.delete(secure);
				this.#open.delete(secure);
				knock.release();
			},
			onException,
		});
		this.#shaking.add(secure);
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
