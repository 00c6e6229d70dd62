import type {
	Clock,
	Connect,
	Listener,
	ListenOptions,
	Network,
	SocketHandler,
	Stream,
	Timer,
	Timers,
	Trust,
} from "../host";
import { Connector, type ConnectorOptions } from "./connector";
import { guard } from "./guard";
import type { ListenerHandler, TcpConnection, TcpListener } from "./io";
import { TlsServer } from "./tls-server";
import { TlsSlots } from "./tls-slots";

/**
 * TLS connections at a time, whoever made them: each takes tens of kilobytes of the chip's memory, of which XS and
 * the radio leave room for two beside what comes and goes. In HTTPS mode both are the owner's; else one is the
 * broker's, and uploads and downloads take turns with the other.
 */
const TLS_CONNECTIONS = 2;

export interface NetworkOptions extends ConnectorOptions {
	/** Of plain HTTP; 0: any free one. */
	port: number;
	/** Of HTTPS; 0: any free one. */
	httpsPort: number;
	maxConnections: number;
	/** The device's own, undefined while it has none. */
	address(): string | undefined;
	/** The plain or the secure port is open, or open again. */
	onListening(port: number, secure: boolean): void;
}

/** TCP, and TLS over it. */
export class ModdableNetwork implements Network {
	readonly clock: Clock;
	readonly timers: Timers;
	readonly maxConnections: number;
	/** One record of TLS. */
	readonly maxUpload = 4_096;
	readonly #options: NetworkOptions;
	/** Opens ports as soon as the device has an address. */
	readonly #waiting = new Set<OpenPort>();
	readonly #slots: TlsSlots;
	readonly #connector: Connector;

	constructor(options: NetworkOptions) {
		this.clock = options.clock;
		this.timers = options.timers;
		this.maxConnections = options.maxConnections;
		this.#options = options;
		this.#slots = new TlsSlots(TLS_CONNECTIONS, options.timers);
		this.#connector = new Connector(options, this.#slots);
	}

	address(): string | undefined {
		return this.#options.address();
	}

	/** The device has got an address, or another one: ports that were waiting for it open. One that is open stays open. */
	online(): void {
		const waiting = [...this.#waiting];
		this.#waiting.clear();
		for (const port of waiting) port.open();
	}

	listen(options: ListenOptions): Listener {
		const { tls, timers, onException } = this.#options;
		const { identity } = options;
		const number = identity ? this.#options.httpsPort : this.#options.port;
		const server =
			identity &&
			new TlsServer({
				tls,
				identity,
				slots: this.#slots,
				timers,
				onConnection: (socket) => options.onConnection(socket),
				onException,
			});
		const port = new OpenPort(number, server, options, this.#options, this.#waiting);
		if (this.address() === undefined) this.#waiting.add(port);
		else port.open();
		return port;
	}

	/**
	 * Off the caller's stack, but not off the machine: nothing else is done meanwhile. How long that is on the chip was
	 * not measured.
	 */
	createIdentity(udid: string, done: (identity: Uint8Array | undefined) => void, former?: Uint8Array): void {
		const { tls, clock } = this.#options;
		this.timers.once(() => {
			const address = this.address();
			const identity = tls.createIdentity(udid, {
				...(address !== undefined && { address }),
				...(clock.synced && { time: clock.now() }),
				...(former && { former }),
			});
			done(identity);
		}, 0);
	}

	expiry(identity: Uint8Array): number {
		return this.#options.tls.expiry(identity);
	}

	fingerprint(identity: Uint8Array): string | undefined {
		return this.#options.tls.fingerprint(identity);
	}

	checkTrust({ ca }: Trust): string | undefined {
		const { tls, clock } = this.#options;
		return ca === undefined ? undefined : tls.checkAuthorities(ca, clock.synced ? clock.now() : undefined);
	}

	connect(to: Connect, handler: SocketHandler): Stream {
		return this.#connector.connect(to, handler);
	}

	/** Ends all connections, whatever they have still to send. */
	close(): void {
		this.#options.io.close();
	}
}

/** A port that is open, or will be. A class, as closures of so many callbacks would take XS three times the memory. */
class OpenPort implements Listener, ListenerHandler {
	readonly #number: number;
	/** With TLS. */
	readonly #server: TlsServer | undefined;
	readonly #options: ListenOptions;
	readonly #network: NetworkOptions;
	readonly #waiting: Set<OpenPort>;
	#listener: TcpListener | undefined;
	#opened: Timer;

	/** `waiting`: where it may be as long as there is no address. */
	constructor(
		number: number,
		server: TlsServer | undefined,
		options: ListenOptions,
		network: NetworkOptions,
		waiting: Set<OpenPort>,
	) {
		this.#number = number;
		this.#server = server;
		this.#options = options;
		this.#network = network;
		this.#waiting = waiting;
	}

	open(): void {
		const { io, timers, onListening } = this.#network;
		const listener = io.listen(this.#number, this);
		this.#listener = listener;
		if (!listener) {
			this.fail("could not be opened");
			return;
		}
		const { port } = listener;
		this.#opened = timers.once(() => {
			onListening(port, this.#options.identity !== undefined);
			this.#options.onListening(port);
		}, 0);
	}

	onConnection(connection: TcpConnection): void {
		if (this.#server) this.#server.admit(connection);
		else this.#options.onConnection(connection);
	}

	onError(): void {
		this.fail("was lost");
	}

	close(): void {
		this.#waiting.delete(this);
		this.#network.timers.clear(this.#opened);
		this.#listener?.close();
		this.#listener = undefined;
		this.#server?.close();
	}

	private fail(what: string): void {
		guard(() => this.#options.onError(`port ${this.#number} ${what}`), this.#network.onException);
	}
}
