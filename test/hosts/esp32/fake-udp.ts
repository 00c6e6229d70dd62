import type { OpenUdp, Udp, UdpOptions, UdpPacket } from "../../../hosts/moddable/io";

export interface Sent {
	bytes: Uint8Array;
	address: string;
	port: number;
}

/** Sockets without a network: what is sent is kept, and the test sends what it likes. */
export class FakeUdp {
	readonly sent: Sent[] = [];
	readonly groups: string[] = [];
	/** The socket that is open. */
	socket: FakeSocket | undefined;
	opened = 0;
	/** From now on nothing can be opened, or sent. */
	broken = false;
	readonly open: OpenUdp = (options) => {
		if (this.broken) throw new Error("no socket");
		if (this.socket) throw new Error("two sockets at a time");
		this.opened++;
		this.socket = new FakeSocket(this, options);
		return this.socket;
	};

	/** Sends packets that arrive together. */
	receive(address: string, port: number, ...packets: Uint8Array[]): void {
		this.socket?.receive(packets.map((bytes) => packetOf(bytes, address, port)));
	}
}

export class FakeSocket implements Udp {
	readonly options: UdpOptions;
	#network: FakeUdp;
	#waiting: UdpPacket[] = [];
	#closed = false;

	constructor(network: FakeUdp, options: UdpOptions) {
		this.#network = network;
		this.options = options;
	}

	receive(packets: UdpPacket[]): void {
		this.#waiting.push(...packets);
		this.options.onReadable(packets.length);
	}

	read(): UdpPacket | undefined {
		this.#check();
		return this.#waiting.shift();
	}

	write(bytes: Uint8Array, address: string, port: number): boolean {
		this.#check();
		if (this.#network.broken) return false;
		this.#network.sent.push({ bytes, address, port });
		return true;
	}

	add(group: string): void {
		this.#check();
		this.#network.groups.push(group);
	}

	close(): void {
		this.#check();
		this.#closed = true;
		this.#network.socket = undefined;
	}

	/** As the SDK's, which throws on any use after its close. */
	#check(): void {
		if (this.#closed) throw new Error("closed");
	}
}

function packetOf(bytes: Uint8Array, address: string, port: number): UdpPacket {
	return Object.assign(bytes.slice().buffer, { address, port });
}
