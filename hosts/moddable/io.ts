import type { Socket, SocketHandler } from "../host";

/** The sockets of hosts/moddable/sockets, in the shape of ECMA-419. No callback of theirs lets anything escape. */
export interface SocketIo {
	/** Begins to connect to an IPv4 address. Nothing is heard of it before it is accepted, and never in that turn. */
	connect(address: string, port: number): TcpConnection;
	/** Opens a port, any free one for 0; undefined if that cannot be. */
	listen(port: number, handler: ListenerHandler): TcpListener | undefined;
	openUdp: OpenUdp;
	/** Ends all connections, whatever they have still to send. */
	close(): void;
}

/** A TCP connection. Once it is closed or destroyed nothing comes of it, and what is done to it has no effect. */
export interface TcpConnection extends Socket {
	/** Throws if there cannot be such a connection. */
	accept(handler: SocketHandler): void;
	/** Leaves nothing of it, whatever is still to come or to be sent. */
	destroy(): void;
}

export interface TcpListener {
	readonly port: number;
	close(): void;
}

export interface ListenerHandler {
	/** It has to be accepted or closed before this returns. */
	onConnection(connection: TcpConnection): void;
	/** The port is lost, and the listener closed. */
	onError(): void;
}

export interface Udp {
	/** The next datagram, with its sender; undefined if there is none. */
	read(): UdpPacket | undefined;
	/** Whether it was sent. */
	write(bytes: Uint8Array, address: string, port: number): boolean;
	/** Joins a multicast group, on every interface that has an address. Throws if it cannot. */
	add(group: string): void;
	close(): void;
}

export type UdpPacket = ArrayBuffer & { readonly address: string; readonly port: number };

export interface UdpOptions {
	/** Any free one if absent. */
	port?: number;
	/** So many datagrams may be read now, if there are so many. */
	onReadable(packets: number): void;
}

/** Opens a socket. Throws if it cannot. */
export type OpenUdp = (options: UdpOptions) => Udp;
