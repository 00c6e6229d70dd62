import { networkInterfaces } from "node:os";
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
	Trust,
} from "../host";
import type { Cable } from "./cable";
import { Connection } from "./connection";
import { get } from "./get";
import { createIdentity, fingerprint } from "./identity";
import { openListener } from "./listener";
import { MqttLink } from "./mqtt";
import { Poster } from "./post";
import { checkTrust } from "./trust";

export interface NetworkOptions {
	port: number;
	httpsPort: number;
	cable: Cable;
	/** In real time. */
	time: Clock & Timers;
	/** The plain or the secure port is open, or open again. */
	onListening(secure: boolean): void;
	onException(error: unknown): void;
}

/** The computer's network, with at most the device's two ports open. */
export class DesktopNetwork implements Network {
	readonly maxConnections = 64;
	readonly clock: Clock;
	readonly timers: Timers;
	#options: NetworkOptions;
	#listeners = new Set<Listener>();
	#connections = new Set<Connection>();
	/** Those that the device has closed and the client not, in the order of their closing. */
	#closing = new Set<Connection>();
	#poster: Poster;
	#links = new Set<MqttLink>();
	/** What ends each download, also those that have ended: they are few. */
	#downloads = new Set<() => void>();
	#whenGone: (() => void) | undefined;

	constructor(options: NetworkOptions) {
		this.#options = options;
		this.clock = options.time;
		this.timers = options.time;
		const { cable, onException } = options;
		this.#poster = new Poster({ timers: this.timers, dial: cable.dial, onException });
	}

	address(): string | undefined {
		return lanAddresses()[0];
	}

	listen(options: ListenOptions): Listener {
		const secure = options.identity !== undefined;
		const listener = openListener({
			...options,
			port: secure ? this.#options.httpsPort : this.#options.port,
			timers: this.timers,
			maxHandshakes: this.maxConnections,
			onListening: (port) => {
				this.#options.onListening(secure);
				options.onListening(port);
			},
			admit: (stream) => this.#options.cable.admit(stream),
			adopt: (stream, remoteAddress) => {
				const connection = new Connection({
					stream,
					remoteAddress,
					timers: this.timers,
					onClosing: (closing) => this.#linger(closing),
					onGone: (gone) => this.#forget(gone),
					onException: this.#options.onException,
				});
				this.#connections.add(connection);
				return connection;
			},
			onException: this.#options.onException,
		});
		this.#listeners.add(listener);
		return {
			close: () => {
				listener.close();
				this.#listeners.delete(listener);
			},
		};
	}

	createIdentity(udid: string, done: (identity: Uint8Array | undefined) => void): void {
		createIdentity(udid, lanAddresses())
			.catch((error) => void this.#options.onException(error))
			.then((identity) => done(identity || undefined))
			.catch(this.#options.onException);
	}

	fingerprint(identity: Uint8Array): Uint8Array | undefined {
		return fingerprint(identity);
	}

	checkTrust(trust: Trust): string | undefined {
		return checkTrust(trust, this.clock.now());
	}

	get(request: GetRequest): () => void {
		const { cable, onException } = this.#options;
		const end = get(request, onException, cable.dial);
		this.#downloads.add(end);
		return end;
	}

	post(request: PostRequest, done: (result: PostResult) => void): () => void {
		return this.#poster.post(request, done);
	}

	mqtt(options: MqttOptions): MqttConnection {
		const link = new MqttLink(options, {
			timers: this.timers,
			dial: this.#options.cable.dial,
			onException: this.#options.onException,
			before: this.#links,
			onGone: (gone) => {
				this.#links.delete(gone);
				this.#checkGone();
			},
		});
		this.#links.add(link);
		return link;
	}

	/** Ends all that is still open, the answers under way first, for which there are `grace` ms. */
	async close(grace: number): Promise<void> {
		for (const listener of this.#listeners) listener.close();
		for (const end of this.#downloads) end();
		this.#poster.close();
		for (const connection of [...this.#connections, ...this.#links]) connection.close();
		if (this.#connections.size + this.#links.size === 0) return;
		const timer = this.timers.once(() => {
			for (const connection of [...this.#connections, ...this.#links]) connection.destroy();
		}, grace);
		await new Promise<void>((resolve) => {
			this.#whenGone = resolve;
		});
		this.timers.clear(timer);
	}

	#linger(connection: Connection): void {
		this.#closing.add(connection);
		if (this.#closing.size <= this.maxConnections) return;
		for (const oldest of this.#closing) {
			this.#closing.delete(oldest);
			oldest.destroy();
			return;
		}
	}

	#forget(connection: Connection): void {
		this.#closing.delete(connection);
		this.#connections.delete(connection);
		this.#checkGone();
	}

	#checkGone(): void {
		if (this.#connections.size + this.#links.size === 0) this.#whenGone?.();
	}
}

/** The computer's addresses as others reach it, IPv4 first. */
export function lanAddresses(): string[] {
	const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
	const outer = all.filter(({ internal, address }) => !internal && !/^fe80:/i.test(address));
	return outer.sort((a, b) => a.family.localeCompare(b.family)).map(({ address }) => address);
}
