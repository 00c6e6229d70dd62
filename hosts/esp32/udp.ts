/** The part of ECMA-419's UDP socket that is used here. */
export interface Udp {
	/** The next packet, with its sender; undefined if there is none. */
	read(): UdpPacket | undefined;
	/** Throws if it cannot be sent. */
	write(bytes: Uint8Array, address: string, port: number): void;
	/** Joins a multicast group, on every interface that has an address (the SDK's own). */
	add(group: string): void;
	close(): void;
}

export type UdpPacket = ArrayBuffer & { readonly address: string; readonly port: number };

export interface UdpOptions {
	/** Any free one if absent. */
	port?: number;
	/** So many packets can be read. */
	onReadable(packets: number): void;
}

/** Opens a socket. Throws if it cannot. */
export type OpenUdp = (options: UdpOptions) => Udp;
