import { createSocket, type RemoteInfo } from "node:dgram";
import { networkInterfaces } from "node:os";
import { MDNS_GROUP, MDNS_PORT } from "../esp32/mdns";
import type { OpenUdp, UdpPacket } from "../moddable/io";

/** An IPv4 interface of this computer. */
export interface Link {
	readonly address: string;
	readonly netmask: string;
}

/** The part of node:dgram's socket that is used here. */
export interface DatagramSocket {
	on(event: "error", handler: (error: Error) => void): unknown;
	on(event: "message", handler: (message: Uint8Array, from: RemoteInfo) => void): unknown;
	bind(port: number, address: string, done: () => void): unknown;
	send(
		message: Uint8Array,
		start: number,
		length: number,
		port: number,
		address: string,
		done: (error: Error | null) => void,
	): unknown;
	close(): unknown;
	addMembership(group: string, address: string): void;
	dropMembership(group: string, address: string): void;
	setMulticastTTL(ttl: number): unknown;
	setMulticastLoopback(on: boolean): unknown;
	setMulticastInterface(address: string): void;
}

/** Interfaces that are announced on: a computer with more of them has virtual ones. */
const LINKS_MAX = 16;
/** Packets that wait to be sent: an announcement and an answer on each. */
const QUEUE_MAX = 4 * LINKS_MAX;

/** The interfaces on which there may be others; without any, this computer's own. */
export function links(): Link[] {
	try {
		const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
		const found = all.filter(({ family }) => family === "IPv4");
		const others = found.filter(({ internal }) => !internal);
		return (others.length > 0 ? others : found).slice(0, LINKS_MAX);
	} catch {
		// Where a program may not ask.
		return [];
	}
}

interface Outgoing {
	link: Link;
	bytes: Uint8Array;
	address: string;
	port: number;
}

/**
 * The port of multicast DNS on every interface of this computer, as if each had a socket of its own: what is sent on a
 * link leaves by it, and what comes from it is read there, and nowhere else (RFC 6762, 11 and 14). There is one socket
 * for all, as with several the system gives each of them what comes on any interface.
 */
export class Multicast {
	#socket: DatagramSocket;
	#open = false;
	#closed = false;
	#readers = new Map<Link, (packet: UdpPacket) => void>();
	#queue: Outgoing[] = [];
	#sending = false;
	#onDrained = () => {};

	/** `onError`: there is no such port to be had. */
	constructor(onError: () => void, socket: DatagramSocket = createSocket({ type: "udp4", reuseAddr: true })) {
		this.#socket = socket;
		socket.on("error", onError);
		socket.on("message", (message, from) => this.#receive(message, from));
		socket.bind(MDNS_PORT, "0.0.0.0", () => {
			if (this.#closed) return;
			this.#open = true;
			attempt(() => socket.setMulticastTTL(255));
			attempt(() => socket.setMulticastLoopback(true));
			for (const link of this.#readers.keys()) this.#join(link);
			this.#send();
		});
	}

	/** What opens a socket of `link`. */
	on(link: Link): OpenUdp {
		return ({ onReadable }) => {
			const waiting: UdpPacket[] = [];
			return {
				read: () => waiting.shift(),
				write: (bytes, address, port) => this.#write({ link, bytes, address, port }),
				add: () => {
					this.#readers.set(link, (packet) => {
						waiting.push(packet);
						onReadable(1);
					});
					if (this.#open) this.#join(link);
				},
				close: () => {
					if (!this.#readers.delete(link) || !this.#open || this.#closed) return;
					attempt(() => this.#socket.dropMembership(MDNS_GROUP, link.address));
				},
			};
		};
	}

	/** Closes it at once, or `gently`: when all is sent. */
	close(gently: boolean): Promise<void> {
		if (!gently || !this.#open) this.#queue = [];
		return new Promise((resolve) => {
			this.#onDrained = () => {
				if (!this.#closed) {
					this.#closed = true;
					attempt(() => this.#socket.close());
				}
				resolve();
			};
			if (this.#queue.length === 0 && (!gently || !this.#sending)) this.#onDrained();
		});
	}

	#join({ address }: Link): void {
		attempt(() => this.#socket.addMembership(MDNS_GROUP, address));
	}

	#write(outgoing: Outgoing): boolean {
		if (this.#closed || this.#queue.length >= QUEUE_MAX) return false;
		this.#queue.push(outgoing);
		this.#send();
		return true;
	}

	/** One after the other, as the interface is a setting of the socket. */
	#send(): void {
		if (!this.#open || this.#closed || this.#sending) return;
		const next = this.#queue.shift();
		if (!next) {
			this.#onDrained();
			return;
		}
		this.#sending = true;
		const sent = () => {
			this.#sending = false;
			this.#send();
		};
		const { link, bytes, address, port } = next;
		try {
			this.#socket.setMulticastInterface(link.address);
			this.#socket.send(bytes, 0, bytes.length, port, address, sent);
		} catch {
			// The interface is gone.
			setImmediate(sent);
		}
	}

	#receive(message: Uint8Array, { address, port }: RemoteInfo): void {
		for (const [link, read] of this.#readers) {
			if (!isOn(link, address)) continue;
			const bytes = message.buffer.slice(message.byteOffset, message.byteOffset + message.byteLength);
			read(Object.assign(bytes as ArrayBuffer, { address, port }));
			return;
		}
	}
}

/** Whether an address is of the link's own network. */
function isOn({ address, netmask }: Link, other: string): boolean {
	const mask = numberOf(netmask);
	return ((numberOf(address) ^ numberOf(other)) & mask) === 0;
}

function numberOf(address: string): number {
	return address.split(".").reduce((sum, part) => (sum << 8) | Number(part), 0);
}

/** Where there is no multicast there is nothing to set. */
function attempt(action: () => void): void {
	try {
		action();
	} catch {}
}
