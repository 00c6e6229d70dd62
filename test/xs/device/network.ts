import type { Clock, Listener, ListenOptions, Timers } from "../../../hosts/host";
import type { OnException } from "../../../hosts/moddable/guard";
import type { SocketIo } from "../../../hosts/moddable/io";
import { ModdableNetwork } from "../../../hosts/moddable/network";

export interface BenchNetworkOptions {
	io: SocketIo;
	clock: Clock;
	timers: Timers;
	onException: OnException;
}

/** The chip's network, with a second plain port in the place of HTTPS. */
export class BenchNetwork extends ModdableNetwork {
	readonly #secure: ModdableNetwork;
	readonly #timers: Timers;
	readonly ports: { http?: number; https?: number } = {};

	constructor(options: BenchNetworkOptions) {
		const ports: { http?: number; https?: number } = {};
		const common = { ...options, port: 0, maxConnections: 4, address: () => "127.0.0.1" };
		super({
			...common,
			onListening: (port) => {
				ports.http = port;
			},
		});
		this.#secure = new ModdableNetwork({
			...common,
			onListening: (port) => {
				ports.https = port;
			},
		});
		this.#timers = options.timers;
		this.ports = ports;
	}

	override listen(options: ListenOptions): Listener {
		return options.identity
			? this.#secure.listen({ ...options, identity: undefined } as unknown as ListenOptions)
			: super.listen(options);
	}

	/** Not even the size of a real one: what stands for the key and its certificate is counted with TLS. */
	override createIdentity(udid?: string, done?: (identity: Uint8Array | undefined) => void): void {
		this.#timers.once(() => done?.(new TextEncoder().encode(`identity of ${udid}`)), 1_000);
	}

	// @ts-expect-error: here it has one.
	override fingerprint(): Uint8Array {
		return new Uint8Array(32);
	}
}
