import type { Socket as NodeStream } from "node:net";
import { networkInterfaces } from "node:os";
import type {
	Clock,
	Connect,
	Listener,
	ListenOptions,
	Network,
	SocketHandler,
	Stream,
	Timers,
	Trust,
} from "../host";
import { Resumptions } from "../resumptions";
import type { Cable } from "./cable";
import type { Lookup } from "./dial";
import { describeFailure } from "./failure";
import { createIdentity, expiry, fingerprint } from "./identity";
import { openListener } from "./listener";
import { NodeSocket } from "./node-socket";
import { checkTrust } from "./trust";

export interface NetworkOptions {
	port: number;
	httpsPort: number;
	cable: Cable;
	/** In real time. */
	time: Clock & Timers;
	/** Absent: as the system does. */
	lookup?: Lookup;
	/** The plain or the secure port is open, or open again. */
	onListening(secure: boolean): void;
	onException(error: unknown): void;
}

/** The computer's network, with at most the device's two ports open. */
export class DesktopNetwork implements Network {
	readonly maxConnections = 64;
	/** A browser sends the cookies of all programs on this computer, whatever their ports. */
	readonly headerBlock = 8_192;
	readonly maxUpload = 65_536;
	readonly expiry = expiry;
	readonly fingerprint = fingerprint;
	readonly clock: Clock;
	readonly timers: Timers;
	#options: NetworkOptions;
	#listeners = new Set<Listener>();
	#sockets = new Set<NodeSocket>();
	/** Those that the device has closed and the other side not, in the order of their closing. */
	#closing = new Set<NodeSocket>();
	/** What ends each connection that is being made. */
	#attempts = new Set<() => void>();
	readonly #resumptions = new Resumptions<Buffer>();
	#whenGone: (() => void) | undefined;

	constructor(options: NetworkOptions) {
		this.#options = options;
		this.clock = options.time;
		this.timers = options.time;
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
			adopt: (stream, remoteAddress) => this.#adopt(stream, remoteAddress, false),
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

	createIdentity(udid: string, done: (identity: Uint8Array | undefined) => void, former?: Uint8Array): void {
		createIdentity(udid, lanAddresses(), this.clock.now(), former)
			.catch((error) => void this.#options.onException(error))
			.then((identity) => done(identity || undefined))
			.catch(this.#options.onException);
	}

	checkTrust(trust: Trust): string | undefined {
		return checkTrust(trust, this.clock.now());
	}

	connect(to: Connect, handler: SocketHandler): Stream {
		const { cable, lookup, onException } = this.#options;
		let socket: NodeSocket | undefined;
		const hangUp = cable.dial(
			to,
			{ resumptions: this.#resumptions, ...(lookup && { lookup }) },
			(error, stream) => {
				this.#attempts.delete(hangUp);
				if (stream) {
					socket = this.#adopt(stream, stream.remoteAddress ?? "", true);
					socket.accept(handler);
					return;
				}
				try {
					handler.onError(describeFailure(error));
				} catch (thrown) {
					onException(thrown);
				}
			},
		);
		this.#attempts.add(hangUp);
		return {
			read: (count) => socket?.read(count),
			write: (bytes) => socket?.write(bytes) ?? 0,
			close: () => {
				this.#attempts.delete(hangUp);
				if (socket) socket.close();
				else hangUp();
			},
		};
	}

	/** Ends all that is still open, the answers under way first, for which there are `grace` ms. */
	async close(grace: number): Promise<void> {
		for (const listener of this.#listeners) listener.close();
		for (const hangUp of this.#attempts) hangUp();
		for (const socket of this.#sockets) socket.close();
		if (this.#sockets.size === 0) return;
		const timer = this.timers.once(() => {
			for (const socket of this.#sockets) socket.destroy();
		}, grace);
		await new Promise<void>((resolve) => {
			this.#whenGone = resolve;
		});
		this.timers.clear(timer);
	}

	#adopt(stream: NodeStream, remoteAddress: string, outgoing: boolean): NodeSocket {
		const socket = new NodeSocket({
			stream,
			remoteAddress,
			outgoing,
			timers: this.timers,
			onClosing: (closing) => this.#linger(closing),
			onGone: (gone) => this.#forget(gone),
			onException: this.#options.onException,
		});
		this.#sockets.add(socket);
		return socket;
	}

	#linger(socket: NodeSocket): void {
		this.#closing.add(socket);
		if (this.#closing.size <= this.maxConnections) return;
		for (const oldest of this.#closing) {
			this.#closing.delete(oldest);
			oldest.destroy();
			return;
		}
	}

	#forget(socket: NodeSocket): void {
		this.#closing.delete(socket);
		this.#sockets.delete(socket);
		if (this.#sockets.size === 0) this.#whenGone?.();
	}
}

/** The computer's addresses as others reach it, IPv4 first. */
export function lanAddresses(): string[] {
	const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
	const outer = all.filter(({ internal, address }) => !internal && !/^fe80:/i.test(address));
	return outer.sort((a, b) => a.family.localeCompare(b.family)).map(({ address }) => address);
}
