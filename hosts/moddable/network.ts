import type {
	Clock,
	GetRequest,
	Listener,
	ListenOptions,
	MqttConnection,
	MqttOptions,
	Network,
	PostRequest,
	PostResult,
	Timers,
} from "../host";
import { Connection, type ConnectionOptions } from "./connection";
import { get } from "./get";
import { guard, type OnException } from "./guard";
import type { SocketIo, Tcp, TcpListener } from "./io";
import { Lines, type Resolve } from "./line";
import { MqttLink } from "./mqtt";
import { post } from "./post";
import type { Tls } from "./tls-io";
import { TlsServer } from "./tls-server";
import { TlsSlots } from "./tls-slots";

/**
 * TLS connections at a time, whoever made them: each takes tens of kilobytes of the chip's memory, of which XS and
 * the radio leave room for two beside what comes and goes. In HTTPS mode both are the owner's; else one is the
 * broker's, and uploads and downloads take turns with the other.
 */
const TLS_CONNECTIONS = 2;

export interface NetworkOptions {
	io: SocketIo;
	/** Of plain HTTP; 0: any free one. */
	port: number;
	maxConnections: number;
	/** Absent: there is plain TCP only. */
	tls?: Tls;
	/** Of HTTPS; 0: any free one. */
	httpsPort?: number;
	/** Absent: there are addresses only. */
	resolve?: Resolve;
	/** Both in real time. */
	clock: Clock;
	timers: Timers;
	/** The device's own, undefined while it has none. */
	address(): string | undefined;
	/** The plain or the secure port is open, or open again. */
	onListening(port: number, secure: boolean): void;
	onException: OnException;
}

/** TCP by the SDK's sockets, and TLS over it. */
export class ModdableNetwork implements Network {
	readonly clock: Clock;
	readonly timers: Timers;
	readonly maxConnections: number;
	readonly #options: NetworkOptions;
	readonly #connectionOptions: ConnectionOptions;
	readonly #connections = new Set<Connection>();
	/** Those that the device has closed, in the order of their closing. */
	readonly #closing = new Set<Connection>();
	readonly #slots: TlsSlots;
	readonly #lines: Lines;
	/** In the order of coming. Only the first may be connected. */
	readonly #links = new Set<MqttLink>();

	constructor(options: NetworkOptions) {
		const { io, timers, clock, tls, resolve, onException } = options;
		this.clock = clock;
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
		this.#slots = new TlsSlots(TLS_CONNECTIONS, timers);
		this.#lines = new Lines({
			resolve: resolve ?? ((_name, done) => done(undefined)),
			...(tls && { tls }),
			slots: this.#slots,
			clock,
			timers,
			connect: (to) => {
				const connection = new Connection(undefined, { ...this.#connectionOptions, to });
				this.#connections.add(connection);
				return connection;
			},
			onException,
		});
	}

	address(): string | undefined {
		return this.#options.address();
	}

	listen(options: ListenOptions): Listener {
		const { io, tls, timers, onException, onListening } = this.#options;
		const secure = options.identity !== undefined;
		const port = secure ? this.#options.httpsPort : this.#options.port;
		if (port === undefined || (secure && !tls))
			return failed("there is no TLS in this build", options, onException);
		const server =
			options.identity &&
			tls &&
			new TlsServer({
				tls,
				identity: options.identity,
				slots: this.#slots,
				timers,
				onConnection: (socket) => options.onConnection(socket),
				onException,
			});
		const deliver = (connection: Connection) =>
			server ? server.admit(connection) : options.onConnection(connection);
		let listener: TcpListener | undefined;
		try {
			listener = new io.Listener({
				port,
				onReadable: (count) => {
					const next = () => {
						const tcp = listener?.read();
						if (tcp) this.#adopt(tcp, deliver);
					};
					for (let left = count; left > 0; left--) guard(next, onException);
				},
			});
		} catch {
			return failed(`port ${port} could not be opened`, options, onException);
		}
		timers.once(() => {
			if (!listener) return;
			onListening(listener.port, secure);
			options.onListening(listener.port);
		}, 0);
		return {
			close() {
				const open = listener;
				listener = undefined;
				guard(() => open?.close(), onException);
				server?.close();
			},
		};
	}

	/**
	 * Off the caller's stack, but not off the machine: nothing else is done meanwhile. How long that is on the chip was
	 * not measured. Without TLS it is never done: who waits for a certificate is content with plain HTTP.
	 */
	createIdentity(udid: string, done: (identity: Uint8Array | undefined) => void): void {
		const { tls } = this.#options;
		if (tls) this.timers.once(() => done(tls.createIdentity(udid, this.address())), 0);
	}

	fingerprint(identity: Uint8Array): Uint8Array | undefined {
		return this.#options.tls?.fingerprint(identity);
	}

	post(request: PostRequest, done: (result: PostResult) => void): () => void {
		return post(this.#lines, this.timers, request, done);
	}

	get(request: GetRequest): () => void {
		return get(this.#lines, this.timers, request);
	}

	/** One at a time: a broker that sees a client id twice takes the first one for lost (MQTT 3.1.1, 3.1.4). */
	mqtt(options: MqttOptions): MqttConnection {
		const link = new MqttLink(options, {
			lines: this.#lines,
			timers: this.timers,
			onException: this.#options.onException,
			onGone: (gone) => {
				this.#links.delete(gone);
				this.#startFirst();
			},
		});
		this.#links.add(link);
		this.#startFirst();
		return link;
	}

	/** Ends all connections, whatever they have still to send. */
	close(): void {
		for (const link of this.#links) link.destroy();
		for (const connection of this.#connections) connection.destroy();
	}

	#startFirst(): void {
		for (const first of this.#links) {
			first.start();
			return;
		}
	}

	#adopt(tcp: Tcp, deliver: (connection: Connection) => void): void {
		let connection: Connection | undefined;
		try {
			connection = new Connection(tcp, this.#connectionOptions);
			this.#connections.add(connection);
			deliver(connection);
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
