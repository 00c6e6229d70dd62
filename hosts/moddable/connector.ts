import type { Clock, Connect, SocketHandler, Stream, Timers } from "../host";
import { Resumptions } from "../resumptions";
import { guard, type OnException } from "./guard";
import type { SocketIo, TcpConnection } from "./io";
import { TlsConnection } from "./tls-connection";
import type { Tls } from "./tls-io";
import { TlsSlots } from "./tls-slots";

/** Resolves a name to one of its addresses, undefined if there is none. */
export type Resolve = (name: string, done: (address: string | undefined) => void) => void;

export interface ConnectorOptions {
	io: SocketIo;
	tls: Tls;
	resolve: Resolve;
	/** Both in real time. */
	clock: Clock;
	timers: Timers;
	onException: OnException;
}

/** Connects to servers: by TCP, or by TLS to one that it is told to trust. */
export class Connector {
	readonly options: ConnectorOptions;
	readonly slots: TlsSlots;
	/** One handshake at a time: it takes up to 24 kB, with long RSA keys, beside what a connection takes. */
	readonly handshakes: TlsSlots;
	/** C keeps none of more than 4 KiB (A16_RESUMPTION). */
	readonly resumptions = new Resumptions<ArrayBuffer>();

	constructor(options: ConnectorOptions, slots: TlsSlots) {
		this.options = options;
		this.slots = slots;
		this.handshakes = new TlsSlots(1, options.timers);
	}

	/** See Network.connect. */
	connect(to: Connect, handler: SocketHandler): Stream {
		return new Outgoing(to, handler, this);
	}
}

/** A connection that is made, or being made. */
class Outgoing implements Stream, SocketHandler {
	readonly #to: Connect;
	readonly #connector: Connector;
	#handler: SocketHandler | undefined;
	#socket: TcpConnection | TlsConnection | undefined;
	#connected = false;
	/** Gives back the slot for TLS, or ends the waiting for it. */
	#release = () => {};
	/** The same of the turn to shake hands. */
	#endTurn = () => {};

	constructor(to: Connect, handler: SocketHandler, connector: Connector) {
		this.#to = to;
		this.#handler = handler;
		this.#connector = connector;
		const { endpoint, trust } = to;
		if (!endpoint.secure) connector.options.timers.once(() => this.lookUp(), 0);
		else if (trust.ca === undefined && trust.fingerprint === undefined)
			this.failSoon("no CA: set ca or fingerprint");
		else
			this.#release = connector.slots.take(() => {
				this.#endTurn = connector.handshakes.take(() => this.lookUp());
			});
	}

	read(count: number): Uint8Array | undefined {
		return this.#socket?.read(count);
	}

	write(bytes: Uint8Array): number {
		return this.#socket?.write(bytes) ?? 0;
	}

	close(): void {
		this.#handler = undefined;
		const socket = this.#socket;
		if (socket instanceof TlsConnection) socket.close();
		else this.destroy();
	}

	/** Of the socket, as are the next two. */
	onReadable(count: number): void {
		this.tell((handler) => handler.onReadable(count));
	}

	onWritable(count: number): void {
		this.#connected = true;
		this.tell((handler) => handler.onWritable(count));
	}

	onError(): void {
		const { secure } = this.#to.endpoint;
		if (this.#socket instanceof TlsConnection) this.end(this.#socket.failure);
		// A plain connection's end looks the same however it came about.
		else this.end(this.#connected && !secure ? undefined : "no connection");
	}

	/** Ends it at once. Nothing is called afterwards. */
	private destroy(): void {
		this.#handler = undefined;
		const socket = this.#socket;
		this.#socket = undefined;
		if (socket instanceof TlsConnection) socket.destroy();
		else socket?.close();
		this.#release();
		this.#endTurn();
	}

	private lookUp(): void {
		if (!this.#handler) return;
		const { host } = this.#to.endpoint;
		if (isAddress(host)) this.dial(host);
		else if (host.includes(":")) this.end("IPv6 is not spoken here");
		// RFC 6761, 6.3. Resolvers prefer IPv6 for it.
		else if (host === "localhost") this.dial("127.0.0.1");
		else {
			try {
				const { resolve, onException } = this.#connector.options;
				resolve(host, (address) => guard(() => this.dial(address), onException));
			} catch {
				this.failSoon("the name cannot be looked up");
			}
		}
	}

	private dial(address: string | undefined): void {
		if (!this.#handler) return;
		if (address === undefined) this.end("the name is not known");
		else if (!this.isAllowed(address)) this.end(`the address ${address} is outside the home`);
		else {
			const { endpoint } = this.#to;
			const connection = this.#connector.options.io.connect(address, endpoint.port);
			try {
				if (endpoint.secure) this.secure(connection);
				else {
					this.#socket = connection;
					connection.accept(this);
				}
			} catch {
				this.end("no way to the host");
			}
		}
	}

	private secure(connection: TcpConnection): void {
		const { resumptions, options } = this.#connector;
		const { tls, timers, clock, onException } = options;
		const { endpoint, trust } = this.#to;
		const { host } = endpoint;
		const resumption = resumptions.take(this.#to);
		const session = tls.connect({
			// RFC 6066, 3: no dot at the end.
			host: host.endsWith(".") ? host.slice(0, -1) : host,
			...(trust.ca !== undefined && { ca: trust.ca }),
			...(trust.fingerprint !== undefined && { fingerprint: fromHex(trust.fingerprint) }),
			...(resumption && { resumption }),
			...(clock.synced && { time: clock.now() }),
		});
		if (session.error !== undefined) {
			const reason = session.error;
			session.free();
			this.end(reason);
			return;
		}
		const socket = new TlsConnection(connection, session, {
			timers,
			onOpen: () => {
				this.#endTurn();
				socket.accept(this);
			},
			onParting: () => {
				const kept = session.export();
				if (kept) resumptions.keep(this.#to, kept);
			},
			onGone: () => {
				this.#release();
				this.end(socket.failure);
			},
			onException,
		});
		this.#socket = socket;
		socket.start();
	}

	private isAllowed(address: string): boolean {
		try {
			return this.#to.allowAddress(address);
		} catch {
			return false;
		}
	}

	private failSoon(reason: string): void {
		this.#connector.options.timers.once(() => this.end(reason), 0);
	}

	private end(reason: string | undefined): void {
		const handler = this.#handler;
		this.destroy();
		if (handler) guard(() => handler.onError(reason), this.#connector.options.onException);
	}

	private tell(callback: (handler: SocketHandler) => void): void {
		const handler = this.#handler;
		if (!handler) return;
		guard(
			() => callback(handler),
			(error) => {
				this.#connector.options.onException(error);
				this.end("it failed");
			},
		);
	}
}

function isAddress(host: string): boolean {
	for (const character of host) if (!"0123456789.".includes(character)) return false;
	return true;
}

function fromHex(text: string): Uint8Array {
	const bytes = new Uint8Array(text.length >> 1);
	for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
	return bytes;
}
