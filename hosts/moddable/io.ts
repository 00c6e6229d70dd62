import type { SocketHandler } from "../host";

/**
 * The part of ECMA-419's sockets that is used here, with what the SDK makes of it: `write` returns how many more
 * bytes may follow, and a listener's `read` gives a socket that must be wrapped in a new one to get its events.
 */
export interface SocketIo {
	Tcp: new (options: TcpOptions) => Tcp;
	Listener: new (options: ListenerOptions) => TcpListener;
}

export interface Tcp {
	readonly remoteAddress: string;
	/** Throws if there are fewer bytes. */
	read(count: number): ArrayBuffer | undefined;
	/** Throws if that is more than may be written. */
	write(bytes: Uint8Array): number | undefined;
	close(): void;
}

/** A connection that came, or where to connect to. */
export type TcpOptions = TcpEvents & ({ from: Tcp } | TcpRemote);

export interface TcpRemote {
	address: string;
	port: number;
}

export interface TcpEvents {
	nodelay: boolean;
	/** Becomes a property of the socket, for its callbacks. */
	target: SocketHandler;
	onReadable(this: TcpTarget, count: number): void;
	onWritable(this: TcpTarget, count: number): void;
	onError(this: TcpTarget): void;
}

export interface TcpTarget {
	target: SocketHandler;
}

export interface TcpListener {
	readonly port: number;
	/** The next connection; undefined if there is none. */
	read(): Tcp | undefined;
	close(): void;
}

export interface ListenerOptions {
	port: number;
	onReadable(this: TcpListener, count: number): void;
}
