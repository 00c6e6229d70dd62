import type { Clock, Connect, SocketHandler, Timers, Trust } from "../host";
import { guard, type OnException } from "./guard";
import type { Connection } from "./io";
import { TlsConnection } from "./tls-connection";
import type { Tls } from "./tls-io";
import type { TlsSlots } from "./tls-slots";

/** Resolves a name to one of its addresses, undefined if there is none. */
export type Resolve = (name: string, done: (address: string | undefined) => void) => void;

/**
 * Sessions that are kept for resumption, one for a server: of a database, a broker and an update server, and one more.
 * C keeps none of more than 4 KiB (A16_RESUMPTION).
 */
const RESUMPTIONS = 4;
/** Bytes of a record that a server is asked to keep to (RFC 6066, 4), so that it costs the chip less memory. */
const FRAGMENT = 4096;

export interface LinesOptions {
	resolve: Resolve;
	/** Absent: there is plain TCP only. */
	tls?: Tls;
	slots: TlsSlots;
	clock: Clock;
	/** In real time. */
	timers: Timers;
	/** A connection that begins when it is accepted. */
	connect(address: string, port: number): Connection;
	onException: OnException;
}

/** Who speaks over a line. Nothing is called before `open` has returned, nor after the end. */
export interface LineHandler {
	/** `count` bytes can be read. */
	onReadable(count: number): void;
	/** It is there, and the other side the right one, and `count` bytes can be written. */
	onWritable(count: number): void;
	/** It did not come about, or has ended: with the reason, unless the other side has ended it as it should. */
	onEnd(error: string | undefined): void;
}

interface Resumption {
	session: ArrayBuffer;
	/** Under which the server was verified. C seals that into the session as well. */
	trust: Trust;
}

/** Connections that the device makes: TCP, or TLS to a server that it is told to trust. */
export class Lines {
	readonly #options: LinesOptions;
	readonly #resumptions = new Map<string, Resumption>();

	constructor(options: LinesOptions) {
		this.#options = options;
	}

	/** There is no time limit but that of a TLS handshake. */
	open(connect: Connect, handler: LineHandler): Line {
		return new Line(connect, handler, this.#options, this.#resumptions);
	}
}

/** One of them. */
export class Line implements SocketHandler {
	readonly #connect: Connect;
	readonly #options: LinesOptions;
	readonly #resumptions: Map<string, Resumption>;
	#handler: LineHandler | undefined;
	#socket: Connection | TlsConnection | undefined;
	#connected = false;
	/** Gives back the slot for TLS, or ends the waiting for it. */
	#release = () => {};

	constructor(
		connect: Connect,
		handler: LineHandler,
		options: LinesOptions,
		resumptions: Map<string, Resumption>,
	) {
		this.#connect = connect;
		this.#handler = handler;
		this.#options = options;
		this.#resumptions = resumptions;
		const { endpoint, trust } = connect;
		if (!endpoint.secure) options.timers.once(() => this.lookUp(), 0);
		else if (!options.tls) this.failSoon("there is no TLS in this build");
		else if (trust.ca === undefined && trust.fingerprint === undefined)
			this.failSoon("no CA: set ca or fingerprint");
		else this.#release = options.slots.take(() => this.lookUp());
	}

	read(count: number): Uint8Array | undefined {
		return this.#socket?.read(count);
	}

	/** See Socket.write. */
	write(bytes: Uint8Array): number {
		return this.#socket?.write(bytes) ?? 0;
	}

	/** Sends what was written, then closes. Nothing is called afterwards. */
	close(): void {
		this.#handler = undefined;
		const socket = this.#socket;
		if (socket instanceof TlsConnection) socket.close();
		else this.destroy();
	}

	/** Ends it at once. Nothing is called afterwards. */
	destroy(): void {
		this.#handler = undefined;
		const socket = this.#socket;
		this.#socket = undefined;
		if (socket instanceof TlsConnection) socket.destroy();
		else socket?.close();
		this.#release();
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
		const { secure } = this.#connect.endpoint;
		if (this.#socket instanceof TlsConnection) this.end(this.#socket.failure);
		// A plain connection's end looks the same however it came about.
		else this.end(this.#connected && !secure ? undefined : "no connection");
	}

	private lookUp(): void {
		if (!this.#handler) return;
		const { host } = this.#connect.endpoint;
		if (isAddress(host)) this.dial(host);
		else if (host.includes(":")) this.end("IPv6 is not spoken here");
		// RFC 6761, 6.3. Resolvers prefer IPv6 for it.
		else if (host === "localhost") this.dial("127.0.0.1");
		else {
			try {
				this.#options.resolve(host, (address) => {
					guard(() => this.dial(address), this.#options.onException);
				});
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
			const { endpoint } = this.#connect;
			const connection = this.#options.connect(address, endpoint.port);
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

	private secure(connection: Connection): void {
		const { timers, clock, onException } = this.#options;
		const { endpoint, trust } = this.#connect;
		const { host, port } = endpoint;
		const server = `${host}:${port}`;
		const resumption = this.resumptionOf(server);
		const tls = this.#options.tls!.connect({
			// RFC 6066, 3: no dot at the end.
			host: host.endsWith(".") ? host.slice(0, -1) : host,
			fragment: FRAGMENT,
			...(trust.ca !== undefined && { ca: trust.ca }),
			...(trust.fingerprint !== undefined && { fingerprint: fromHex(trust.fingerprint) }),
			...(resumption && { resumption }),
			...(clock.synced && { time: clock.now() }),
		});
		if (tls.error !== undefined) {
			const reason = tls.error;
			tls.free();
			this.end(reason);
			return;
		}
		const socket = new TlsConnection(connection, tls, {
			timers,
			onOpen: () => socket.accept(this),
			onParting: (session) => this.keep(server, session.export()),
			onGone: () => {
				this.#release();
				this.end(socket.failure);
			},
			onException,
		});
		this.#socket = socket;
		socket.start();
	}

	/** Good for one connection: if it does not work, the next one is to begin anew. */
	private resumptionOf(server: string): ArrayBuffer | undefined {
		const { trust } = this.#connect;
		const kept = this.#resumptions.get(server);
		this.#resumptions.delete(server);
		// Who is trusted now may not have been then: the owner may have changed the CA for a reason.
		if (kept?.trust.ca !== trust.ca || kept?.trust.fingerprint !== trust.fingerprint) return;
		return kept?.session;
	}

	private keep(server: string, session: ArrayBuffer | undefined): void {
		if (!session) return;
		const all = this.#resumptions;
		all.set(server, { session, trust: this.#connect.trust });
		if (all.size <= RESUMPTIONS) return;
		for (const oldest of all.keys()) {
			all.delete(oldest);
			return;
		}
	}

	private isAllowed(address: string): boolean {
		try {
			return this.#connect.allowAddress(address);
		} catch {
			return false;
		}
	}

	private failSoon(reason: string): void {
		this.#options.timers.once(() => this.end(reason), 0);
	}

	private end(error: string | undefined): void {
		const handler = this.#handler;
		this.destroy();
		if (handler) guard(() => handler.onEnd(error), this.#options.onException);
	}

	private tell(callback: (handler: LineHandler) => void): void {
		const handler = this.#handler;
		if (!handler) return;
		guard(
			() => callback(handler),
			(error) => {
				this.#options.onException(error);
				this.end("it failed");
			},
		);
	}
}

function isAddress(host: string): boolean {
	return /^[0-9.]+$/.test(host);
}

function fromHex(text: string): Uint8Array {
	const bytes = new Uint8Array(text.length >> 1);
	for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
	return bytes;
}
