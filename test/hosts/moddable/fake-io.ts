import type { SocketHandler } from "../../../hosts/host";
import type { Resolve } from "../../../hosts/moddable/connector";
import type {
	ListenerHandler,
	OpenUdp,
	SocketIo,
	TcpConnection,
	TcpListener,
} from "../../../hosts/moddable/io";

/** A connection, and what the test does at its other end. */
export class FakeTcp implements TcpConnection {
	readonly remoteAddress: string;
	closed = false;
	/** It cannot be had, or breaks at the next write. */
	broken = false;
	readonly written: number[] = [];
	/** Arrived and not read. */
	waiting: number[] = [];
	#handler: SocketHandler | undefined;

	constructor(remoteAddress = "192.0.2.1") {
		this.remoteAddress = remoteAddress;
	}

	accept(handler: SocketHandler): void {
		if (this.broken) throw new Error("no connection");
		this.#handler = handler;
	}

	read(count: number): Uint8Array | undefined {
		if (this.closed || this.waiting.length === 0) return undefined;
		return new Uint8Array(this.waiting.splice(0, count));
	}

	write(bytes: Uint8Array): number {
		if (this.closed || this.broken) return 0;
		this.written.push(...bytes);
		return 1_000;
	}

	close(): void {
		this.destroy();
	}

	destroy(): void {
		this.closed = true;
		this.#handler = undefined;
	}

	/** Bytes arrive. */
	arrive(...bytes: number[]): void {
		if (this.closed) return;
		this.waiting.push(...bytes);
		this.#handler?.onReadable(this.waiting.length);
	}

	drain(count: number): void {
		this.#handler?.onWritable(count);
	}

	vanish(): void {
		const handler = this.#handler;
		this.destroy();
		handler?.onError();
	}
}

/** One listener at a time. */
export class FakeIo implements SocketIo {
	refused = false;
	listening: FakeListener | undefined;
	/** Those that the device has made. */
	readonly dialed: (FakeTcp & { port: number })[] = [];
	/** Those that came. */
	readonly accepted: FakeTcp[] = [];

	connect(address: string, port: number): TcpConnection {
		const tcp = Object.assign(new FakeTcp(address), { port });
		this.dialed.push(tcp);
		return tcp;
	}

	listen(port: number, handler: ListenerHandler): TcpListener | undefined {
		this.listening = this.refused ? undefined : new FakeListener(port, handler);
		return this.listening;
	}

	readonly openUdp: OpenUdp = () => {
		throw new Error("no socket");
	};

	close(): void {
		for (const tcp of [...this.dialed, ...this.accepted]) tcp.destroy();
	}

	/** Clients come, all at once. What the device throws costs the connection. */
	connectFrom(address: string, count = 1): FakeTcp[] {
		const { listening } = this;
		const clients = Array.from({ length: count }, () => new FakeTcp(address));
		this.accepted.push(...clients);
		for (const tcp of clients) {
			try {
				if (listening?.closed === false) listening.handler.onConnection(tcp);
			} catch {
				tcp.destroy();
			}
		}
		return clients;
	}
}

export class FakeListener implements TcpListener {
	readonly port: number;
	readonly handler: ListenerHandler;
	closed = false;

	constructor(port: number, handler: ListenerHandler) {
		this.port = port || 40_000;
		this.handler = handler;
	}

	close(): void {
		this.closed = true;
	}
}

/** No name is known. */
export const noName: Resolve = (_name, done) => done(undefined);
