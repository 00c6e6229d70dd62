import type { Listener, Network, Socket, Timer } from "../../hosts/host";
import { BODY, HEADER_BLOCK, SECURE_BODY, SWEEP_INTERVAL } from "../limits";
import { AnswerEncoder } from "./answer";
import { Connection, type Service } from "./connection";
import type { Handler } from "./message";
import { HeadParser } from "./parser";

export interface HttpServerOptions {
	network: Network;
	/** From Network.createIdentity: speak HTTPS with it. */
	identity?: Uint8Array;
	handle: Handler;
	/** Whether there is memory for long bodies at present. */
	hasRoom?: () => boolean;
	/** The port is open. */
	onListening(port: number): void;
	/** The port could not be opened or was lost. */
	onError(message: string): void;
}

/** An HTTP/1.1 server (RFC 9110, 9112) within the bounds of limits.ts. It listens from the start. */
export class HttpServer {
	readonly #network: Network;
	readonly #connections = new Set<Connection>();
	readonly #service: Service;
	readonly #listener: Listener;
	#sweeper: Timer | undefined;
	#closed = false;

	constructor(options: HttpServerOptions) {
		const { network, identity, handle, hasRoom } = options;
		this.#network = network;
		const bounds = {
			fields: network.headerBlock ?? HEADER_BLOCK,
			get body() {
				return identity && (!hasRoom || hasRoom()) ? SECURE_BODY : BODY;
			},
		};
		this.#service = {
			bounds,
			parser: new HeadParser(bounds),
			encoder: new AnswerEncoder(),
			nothing: new Uint8Array(0),
			secure: identity !== undefined,
			handle,
			now: 0,
			activity: 0,
			forget: (connection) => this.#forget(connection),
		};
		this.#listener = network.listen({
			identity,
			onListening: (port) => {
				if (!this.#closed) options.onListening(port);
			},
			onConnection: (socket) => this.#admit(socket),
			onError: (message) => {
				if (!this.#closed) options.onError(message);
			},
		});
	}

	/** How many there are. */
	get connections(): number {
		return this.#connections.size;
	}

	/** Stops listening and closes all connections; a response that was given to respond() is still sent. */
	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		this.#listener.close();
		for (const connection of this.#connections) connection.close();
		if (this.#connections.size === 0) this.#stopSweeping();
	}

	#admit(socket: Socket): void {
		if (this.#connections.size >= this.#network.maxConnections) this.#makeRoom();
		if (this.#sweeper === undefined) {
			this.#tick();
			this.#sweeper = this.#network.timers.repeat(() => this.#sweep(), SWEEP_INTERVAL);
		}
		const connection = new Connection(socket, this.#service);
		this.#connections.add(connection);
		try {
			socket.accept(connection);
		} catch {
			connection.drop();
		}
		if (this.#closed) connection.drop();
	}

	#makeRoom(): void {
		const held = new Map<string, number>();
		for (const { remoteAddress } of this.#connections)
			held.set(remoteAddress, (held.get(remoteAddress) ?? 0) + 1);
		let first: Connection | undefined;
		for (const connection of this.#connections)
			if (!first || goesBefore(connection, first, held)) first = connection;
		first?.drop();
	}

	#forget(connection: Connection): void {
		this.#connections.delete(connection);
		if (this.#closed && this.#connections.size === 0) this.#stopSweeping();
	}

	/** Without connections it ends here, not with the last of them: many clients open one for each request. */
	#sweep(): void {
		if (this.#connections.size === 0) {
			this.#stopSweeping();
			return;
		}
		this.#tick();
		for (const connection of this.#connections) connection.sweep(this.#service.now);
	}

	#stopSweeping(): void {
		if (this.#sweeper !== undefined) this.#network.timers.clear(this.#sweeper);
		this.#sweeper = undefined;
	}

	/** Looks at the clocks, for all connections and up to the next sweep. */
	#tick(): void {
		const { clock } = this.#network;
		this.#service.now = clock.monotonic();
		this.#service.encoder.setDate(clock.synced ? clock.now() : undefined);
	}
}

/**
 * Which of two connections makes room: one between two requests, else one of the address that holds most, else one
 * that is not being answered, else the one that was idle longer.
 */
function goesBefore(one: Connection, other: Connection, held: ReadonlyMap<string, number>): boolean {
	if (one.resting !== other.resting) return one.resting;
	const more = one.resting ? 0 : held.get(one.remoteAddress)! - held.get(other.remoteAddress)!;
	if (more !== 0) return more > 0;
	if (one.busy !== other.busy) return other.busy;
	return one.activity < other.activity;
}
