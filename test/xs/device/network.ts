import type {
	Clock,
	Connect,
	Listener,
	ListenOptions,
	SocketHandler,
	Stream,
	Timers,
} from "../../../hosts/host";
import type { OnException } from "../../../hosts/moddable/guard";
import type { SocketIo } from "../../../hosts/moddable/io";
import { ModdableNetwork, type NetworkOptions } from "../../../hosts/moddable/network";
import { sdkTls } from "../../../hosts/moddable/sdk-tls";
import type { Tls } from "../../../hosts/moddable/tls-io";
import { Outside } from "./outside";

export interface BenchNetworkOptions {
	io: SocketIo;
	clock: Clock;
	timers: Timers;
	/** Tells the test. */
	print(event: object): void;
	onException: OnException;
}

export interface Ports {
	http?: number;
	https?: number;
}

/** ms that everything outside takes. */
const DELAY = 100;

/** Of a network that is never asked for it. */
const NO_TLS = {} as Tls;

const nobody: NetworkOptions["resolve"] = (_name, done) => done(undefined);

function optionsOf(options: BenchNetworkOptions, ports: Ports): NetworkOptions {
	return {
		...options,
		tls: NO_TLS,
		resolve: nobody,
		port: 0,
		httpsPort: 0,
		maxConnections: 4,
		address: () => "127.0.0.1",
		onListening: (port, secure) => {
			ports[secure ? "https" : "http"] = port;
		},
	};
}

/** The chip's network, with its TLS. */
export class TlsBenchNetwork extends ModdableNetwork {
	readonly ports: Ports;

	constructor(options: BenchNetworkOptions) {
		const ports: Ports = {};
		super({ ...optionsOf(options, ports), tls: sdkTls });
		this.ports = ports;
	}

	override listen(options: ListenOptions): Listener {
		const listener = super.listen(options);
		return {
			close: () => {
				delete this.ports[options.identity ? "https" : "http"];
				listener.close();
			},
		};
	}
}

/** The chip's network, as far as it is plain TCP. A second plain port is in the place of HTTPS. */
export class PlainBenchNetwork extends ModdableNetwork {
	readonly ports: Ports;
	readonly #secure: ModdableNetwork;

	constructor(options: BenchNetworkOptions) {
		const ports: Ports = {};
		super(optionsOf(options, ports));
		this.#secure = new ModdableNetwork({
			...optionsOf(options, ports),
			onListening: (port) => {
				ports.https = port;
			},
		});
		this.ports = ports;
	}

	override listen(options: ListenOptions): Listener {
		const { identity, onListening, onConnection, onError } = options;
		const kind = identity ? "https" : "http";
		const plain = { onListening, onConnection, onError };
		const listener = identity ? this.#secure.listen(plain) : super.listen(plain);
		return {
			close: () => {
				delete this.ports[kind];
				listener.close();
			},
		};
	}

	/** Not of the size of a real one: what TLS takes is measured where TLS is. */
	override createIdentity(udid?: string, done?: (identity: Uint8Array) => void): void {
		this.timers.once(() => done?.(new TextEncoder().encode(`identity of ${udid}`)), DELAY);
	}

	override expiry(): number {
		return this.clock.now() + 800 * 86_400_000;
	}

	override fingerprint(): string {
		return "00".repeat(32);
	}

	override checkTrust(): undefined {}

	override close(): void {
		super.close();
		this.#secure.close();
	}
}

/** The same, but what goes out is printed and taken. */
export class BenchNetwork extends PlainBenchNetwork {
	readonly #options: BenchNetworkOptions;

	constructor(options: BenchNetworkOptions) {
		super(options);
		this.#options = options;
	}

	override connect(_to: Connect, handler: SocketHandler): Stream {
		return new Outside(handler, this.timers, this.#options.print);
	}
}
