import type { Clock, Listener, ListenOptions, Network, Timers } from "../host";
import { Connection, type ConnectionOptions } from "./connection";
import { guard, type OnException } from "./guard";
import type { SocketIo, Tcp, TcpListener } from "./io";

export interface NetworkOptions {
	io: SocketIo;
	/** Of plain HTTP; 0: any free one. */
	port: number;
	maxConnections: number;
	/** Both in real time. */
	clock: Clock;
	timers: Timers;
	/** The device's own, undefined while it has none. */
	address(): string | undefined;
	/** The plain port is open, or open again. */
	onListening(port: number): void;
	onException: OnException;
}

/** TCP by the SDK's sockets. There is no TLS here yet. */
export class ModdableNetwork implements Network {
	readonly clock: Clock;
	readonly timers: Timers;
	readonly maxConnections: number;
	readonly #options: NetworkOptions;
	readonly #connectionOptions: ConnectionOptions;
	readonly #connections = new Set<Connection>();
	/** Those that the device has closed, in the order of their closing. */
	readonly #closing = new Set<Connection>();

	constructor(options: NetworkOptions) {
		const { io, timers, onException } = options;
		this.clock = options.clock;
		this.timers = timers;
		this.maxConnections = options.maxConnections;
		this.#options = options;
		this.#connectionOptions = {
			io,
			timers,
			onClosing: (connection) => this.#linger(connection),
			onGone: (connection) => {
				this.#closing.delete(connection);
				this.#connections.delete(connection);
			},
			onException,
		};
	}

	address(): string | undefined {
		return this.#options.address();
	}

	listen(options: ListenOptions): Listener {
		const { io, port, timers, onException } = this.#options;
		if (options.identity) return failed("there is no TLS in this build", options, onException);
		const adopt = (tcp: Tcp) => this.#adopt(tcp, options);
		let listener: TcpListener | undefined;
		try {
			listener = new io.Listener({
				port,
				onReadable(count) {
					const next = () => {
						const tcp = this.read();
						if (tcp) adopt(tcp);
					};
					for (let left = count; left > 0; left--) guard(next, onException);
				},
			});
		} catch {
			return failed(`port ${port} could not be opened`, options, onException);
		}
		timers.once(() => {
			if (!listener) return;
			this.#options.onListening(listener.port);
			options.onListening(listener.port);
		}, 0);
		return {
			close() {
				const open = listener;
				listener = undefined;
				guard(() => open?.close(), onException);
			},
		};
	}

	/** Never done: a device that waits for its certificate is content with plain HTTP, one that is refused it warns. */
	createIdentity(): void {}

	fingerprint(): undefined {
		return undefined;
	}

	/** Ends all connections, whatever they have still to send. */
	close(): void {
		for (const connection of this.#connections) connection.destroy();
	}

	#adopt(tcp: Tcp, options: ListenOptions): void {
		let connection: Connection | undefined;
		try {
			connection = new Connection(tcp, this.#connectionOptions);
			this.#connections.add(connection);
			options.onConnection(connection);
		} catch (error) {
			if (connection) connection.destroy();
			else tcp.close();
			throw error;
		}
	}

	#linger(connection: Connection): void {
		this.#closing.add(connection);
		if (this.#closing.size <= this.maxConnections) return;
		for (const oldest of this.#closing) {
			oldest.destroy();
			return;
		}
	}
}

function failed(message: string, options: ListenOptions, onException: OnException): Listener {
	guard(() => options.onError(message), onException);
	return { close() {} };
}
