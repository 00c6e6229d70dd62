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
import { Connector, type Resolve } from "./connector";
import { guard, type OnException } from "./guard";
import type { SocketIo, TcpListener } from "./io";
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

/** TCP, and TLS over it. */
export class ModdableNetwork implements Network {
	readonly clock: Clock;
	readonly timers: Timers;
	readonly maxConnections: number;
	/** One record of TLS. */
	readonly maxUpload = 4_096;
	readonly #options: NetworkOptions;
	/** Opens ports as soon as the device has an address. */
	readonly #waiting = new Set<() => void>();
	readonly #slots: TlsSlots;
	readonly #connector: Connector;

	constructor(options: NetworkOptions) {
		const { io, timers, clock, tls, resolve, onException } = options;
		this.clock = clock;
		this.timers = timers;
		this.maxConnections = options.maxConnections;
		this.#options = options;
		this.#slots = new TlsSlots(TLS_CONNECTIONS, timers);
		this.#connector = new Connector({
			resolve: resolve ?? ((_name, done) => done(undefined)),
			...(tls && { tls }),
			slots: this.#slots,
			clock,
			timers,
			open: (address, port) => io.connect(address, port),
			onException,
		});
	}

	address(): string | undefined {
		return this.#options.address();
	}

	/** The device has got an address, or another one: ports that were waiting for it open. One that is open stays open. */
	online(): void {
		const waiting = [...this.#waiting];
		this.#waiting.clear();
		for (const open of waiting) open();
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
		const fail = (message: string) => guard(() => options.onError(message), onException);
		let listener: TcpListener | undefined;
		let opened: Timer;
		const open = () => {
			listener = io.listen(port, {
				onConnection: (connection) => (server ? server.admit(connection) : options.onConnection(connection)),
				onError: () => fail(`port ${port} was lost`),
			});
			if (!listener) {
				fail(`port ${port} could not be opened`);
				return;
			}
			const number = listener.port;
			opened = timers.once(() => {
				onListening(number, secure);
				options.onListening(number);
			}, 0);
		};
		if (this.address() === undefined) this.#waiting.add(open);
		else open();
		return {
			close: () => {
				this.#waiting.delete(open);
				timers.clear(opened);
				listener?.close();
				listener = undefined;
				server?.close();
			},
		};
	}

	/**
	 * Off the caller's stack, but not off the machine: nothing else is done meanwhile. How long that is on the chip was
	 * not measured. Without TLS it is never done: who waits for a certificate is content with plain HTTP.
	 */
	createIdentity(udid: string, done: (identity: Uint8Array | undefined) => void, former?: Uint8Array): void {
		const { tls, clock } = this.#options;
		const make = () => {
			const address = this.address();
			return tls?.createIdentity(udid, {
				...(address !== undefined && { address }),
				...(clock.synced && { time: clock.now() }),
				...(former && { former }),
			});
		};
		if (tls) this.timers.once(() => done(make()), 0);
	}

	expiry(identity: Uint8Array): number {
		return this.#options.tls?.expiry(identity) ?? 0;
	}

	fingerprint(identity: Uint8Array): Uint8Array | undefined {
		return this.#options.tls?.fingerprint(identity);
	}

	checkTrust({ ca }: Trust): string | undefined {
		const { tls, clock } = this.#options;
		return ca === undefined ? undefined : tls?.checkAuthorities(ca, clock.synced ? clock.now() : undefined);
	}

	connect(to: Connect, handler: SocketHandler): Stream {
		return this.#connector.connect(to, handler);
	}

	/** Ends all connections, whatever they have still to send. */
	close(): void {
		this.#options.io.close();
	}
}

function failed(message: string, options: ListenOptions, onException: OnException): Listener {
	guard(() => options.onError(message), onException);
	return { close() {} };
}
