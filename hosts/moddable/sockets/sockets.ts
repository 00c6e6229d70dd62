import type { SocketHandler } from "../../host";
import type { OnException } from "../guard";
import type {
	ListenerHandler,
	SocketIo,
	TcpConnection,
	TcpListener,
	Udp,
	UdpOptions,
	UdpPacket,
} from "../io";

/** Sockets are numbers. What is done to one that is closed has no effect. */
const listen: (port: number, target: object) => number = native("xs_sockets_listen");
const connect: (address: string, port: number) => number = native("xs_sockets_connect");
const accept: (id: number, target: SocketHandler) => boolean = native("xs_sockets_accept");
const addressOf: (id: number) => string = native("xs_sockets_address");
const portOf: (id: number) => number = native("xs_sockets_port");
const read: (id: number, count: number) => ArrayBuffer | undefined = native("xs_sockets_read");
const write: (id: number, bytes: Uint8Array) => number = native("xs_sockets_write");
const close: (id: number) => void = native("xs_sockets_close");
const destroy: (id: number) => void = native("xs_sockets_destroy");
const destroyAll: () => void = native("xs_sockets_destroyAll");
const udp: (port: number, target: object) => number = native("xs_sockets_udp");
const receive: (id: number) => UdpPacket | undefined = native("xs_sockets_receive");
const send: (id: number, bytes: Uint8Array, to: string, port: number) => boolean = native("xs_sockets_send");
const join: (id: number, group: string) => boolean = native("xs_sockets_join");

/** BSD sockets. sockets.c has their bounds. */
export class Sockets extends (Native("xs_sockets_destructor") as new () => object) implements SocketIo {
	/** Throws if there can be none. `onException` hears what callbacks throw, and must not throw. */
	constructor(onException: OnException) {
		super();
		if (!native("xs_sockets_start").call(this, onException)) throw new Error("there are no sockets");
	}

	connect(address: string, port: number): TcpConnection {
		return new Tcp(connect(address, port), address);
	}

	listen(port: number, handler: ListenerHandler): TcpListener | undefined {
		const listener = new Listening(port, handler);
		return listener.port ? listener : undefined;
	}

	readonly openUdp = (options: UdpOptions): Udp => new UdpSocket(options);

	close(): void {
		destroyAll();
	}
}

class Listening implements TcpListener {
	readonly #id: number;
	readonly #handler: ListenerHandler;

	constructor(port: number, handler: ListenerHandler) {
		this.#handler = handler;
		this.#id = listen(port, this);
	}

	/** 0 if it could not be opened. */
	get port(): number {
		return this.#id && portOf(this.#id);
	}

	onConnection(id: number): void {
		this.#handler.onConnection(new Tcp(id, addressOf(id)));
	}

	onError(): void {
		this.#handler.onError();
	}

	close(): void {
		close(this.#id);
	}
}

class UdpSocket implements Udp {
	readonly #id: number;

	constructor(options: UdpOptions) {
		this.#id = udp(options.port ?? 0, options);
		if (!this.#id) throw new Error("no socket");
	}

	read(): UdpPacket | undefined {
		return receive(this.#id);
	}

	write(bytes: Uint8Array, address: string, port: number): boolean {
		return send(this.#id, bytes, address, port);
	}

	add(group: string): void {
		if (!join(this.#id, group)) throw new Error("the group cannot be joined");
	}

	close(): void {
		close(this.#id);
	}
}

class Tcp implements TcpConnection {
	readonly #id: number;
	readonly remoteAddress: string;

	constructor(id: number, remoteAddress: string) {
		this.#id = id;
		this.remoteAddress = remoteAddress;
	}

	accept(handler: SocketHandler): void {
		if (!accept(this.#id, handler)) throw new Error("no connection");
	}

	read(count: number): Uint8Array | undefined {
		const bytes = read(this.#id, count);
		return bytes && new Uint8Array(bytes);
	}

	write(bytes: Uint8Array): number {
		return write(this.#id, bytes);
	}

	close(): void {
		close(this.#id);
	}

	destroy(): void {
		destroy(this.#id);
	}
}
