import type { SocketHandler, Stream } from "../../hosts/host";
import type { Random } from "./random";
import type { World } from "./world";

/** How the air is at present. */
export interface Weather {
	/** ms that a piece takes at most. */
	delay: number;
	/** How likely bytes arrive in pieces. */
	split: number;
	/** How likely a connection is cut after some of its bytes. */
	cut: number;
}

export const FAIR: Weather = { delay: 20, split: 0.1, cut: 0 };

/** The other end of a connection of a device. */
export interface Peer {
	/** The connection is there. */
	onOpen?(link: Link): void;
	onBytes(bytes: Buffer, link: Link): void;
	/** It has ended; nothing follows. */
	onEnd(link: Link): void;
}

export interface LinkParts {
	world: World;
	random: Random;
	weather(): Weather;
	/** Runs a callback of the device, unless that start of it is over. */
	run(callback: () => void): void;
	/** All that the device says, before anything becomes of it. */
	overhear(bytes: Uint8Array): void;
	/** It is over for the device. */
	forget(link: Link): void;
}

/** Bytes that the device may have under way. */
const WINDOW = 5_760;
/** ms after which the other end finds out that a connection is dead. */
const DEAD = 60_000;

/**
 * A connection between a device and somebody: bytes arrive in order, late and in pieces, and after any of them it may be
 * cut, with or without anybody being told.
 */
export class Link implements Stream {
	/** Anything that the other end wants to keep with it. */
	readonly #parts: LinkParts;
	readonly #peer: Peer;
	#handler: SocketHandler | undefined;
	#unread: Uint8Array[] = [];
	#allowed = 0;
	#flying = 0;
	#bytesLeft: number;
	/** When the last piece in each direction arrives. */
	#toPeer = 0;
	#toDevice = 0;
	#deviceClosed = false;
	#deviceTold = false;
	#peerClosed = false;
	#peerTold = false;
	#broken = false;

	constructor(parts: LinkParts, peer: Peer) {
		this.#parts = parts;
		this.#peer = peer;
		const { random } = parts;
		this.#bytesLeft = random.chance(parts.weather().cut) ? random.below(1_500) : Number.POSITIVE_INFINITY;
	}

	/** The device takes part. */
	open(handler: SocketHandler): void {
		if (this.#handler) this.#parts.world.violate("a connection is accepted twice");
		this.#handler = handler;
		this.#later("toDevice", () => {
			if (this.#isDead()) return;
			this.#peer.onOpen?.(this);
			this.#allow();
		});
	}

	/** It never comes about. */
	refuse(handler: SocketHandler, reason: string): void {
		this.#handler = handler;
		this.#later("toDevice", () => this.#fail(reason));
	}

	// The device's end.

	read(count: number): Uint8Array | undefined {
		if (this.#deviceClosed) this.#parts.world.violate("a connection is read after it was closed");
		const first = this.#unread[0];
		if (!first) return undefined;
		const bytes = first.slice(0, count);
		if (bytes.length === first.length) this.#unread.shift();
		else this.#unread[0] = first.subarray(bytes.length);
		if (this.#unread.length === 0 && this.#peerClosed) this.#later("toDevice", () => this.#fail(undefined));
		return bytes;
	}

	write(bytes: Uint8Array): number {
		const { world, overhear } = this.#parts;
		if (this.#deviceClosed) world.violate("a connection is written to after it was closed");
		if (bytes.length === 0 || bytes.length > this.#allowed)
			world.violate(`${bytes.length} bytes are written where ${this.#allowed} may be`);
		overhear(bytes);
		this.#allowed -= bytes.length;
		this.#flying += bytes.length;
		this.#pieces("toPeer", Buffer.from(bytes), false, (piece) => {
			this.#flying -= piece.length;
			if (!this.#peerTold) this.#peer.onBytes(piece, this);
			if (this.#allowed < WINDOW / 2) this.#allow();
		});
		return this.#allowed;
	}

	close(): void {
		if (this.#deviceClosed) return;
		this.#deviceClosed = true;
		this.#parts.forget(this);
		this.#later("toPeer", () => this.#tellPeer());
	}

	// The other end.

	/** The device is still there, as far as anybody knows. */
	get live(): boolean {
		return !this.#deviceClosed && !this.#broken && !this.#peerClosed;
	}

	/** `whole`: it arrives in one piece. */
	say(data: string | Uint8Array, whole = false): void {
		if (this.#peerClosed || this.#broken) return;
		const bytes = typeof data === "string" ? Buffer.from(data) : Buffer.from(data);
		if (bytes.length === 0) return;
		this.#pieces("toDevice", bytes, whole, (piece) => {
			if (this.#deviceClosed || this.#deviceTold) return;
			this.#unread.push(new Uint8Array(piece));
			let count = 0;
			for (const { length } of this.#unread) count += length;
			this.#parts.run(() => this.#handler?.onReadable(count));
		});
	}

	/** Closes it, after what was said has arrived. */
	end(): void {
		if (this.#peerClosed) return;
		this.#later("toDevice", () => {
			this.#peerClosed = true;
			if (this.#unread.length === 0) this.#fail(undefined);
		});
		this.#peerTold = true;
	}

	/** Ends it at once for both; `silent`: the device is not told, and the other end only after a while. */
	break(silent = false): void {
		if (this.#broken) return;
		this.#broken = true;
		const { world } = this.#parts;
		world.schedule.after(silent ? DEAD : 0, () => this.#tellPeer());
		if (!silent) world.schedule.after(0, () => this.#fail("connection reset"));
	}

	#isDead(): boolean {
		return this.#broken || this.#deviceClosed;
	}

	#allow(): void {
		if (this.#isDead() || this.#deviceTold) return;
		this.#allowed = WINDOW - this.#flying;
		const count = this.#allowed;
		if (count > 0) this.#parts.run(() => this.#handler?.onWritable(count));
	}

	#fail(reason: string | undefined): void {
		if (this.#deviceClosed || this.#deviceTold) return;
		this.#deviceTold = true;
		this.#parts.forget(this);
		this.#parts.run(() => {
			if (!this.#deviceClosed) this.#handler?.onError(reason);
		});
	}

	#tellPeer(): void {
		if (this.#peerTold) return;
		this.#peerTold = true;
		this.#peer.onEnd(this);
	}

	#pieces(
		direction: "toPeer" | "toDevice",
		bytes: Buffer,
		whole: boolean,
		deliver: (piece: Buffer) => void,
	): void {
		const { random, weather, world } = this.#parts;
		const { split } = weather();
		for (let at = 0; at < bytes.length; ) {
			const rest = bytes.length - at;
			const size = !whole && random.chance(split) ? random.between(1, rest) : rest;
			const piece = bytes.subarray(at, at + size);
			at += size;
			this.#later(direction, () => {
				if (this.#broken) return;
				const cut = this.#bytesLeft < piece.length;
				const arriving = cut ? piece.subarray(0, this.#bytesLeft) : piece;
				this.#bytesLeft -= arriving.length;
				if (arriving.length > 0) deliver(arriving);
				if (!cut) return;
				world.count("fault: connection cut");
				this.break(random.chance(0.3));
			});
		}
	}

	#later(direction: "toPeer" | "toDevice", then: () => void): void {
		const { world, random, weather } = this.#parts;
		const at = world.now + random.between(1, weather().delay);
		if (direction === "toPeer") this.#toPeer = Math.max(this.#toPeer, at);
		else this.#toDevice = Math.max(this.#toDevice, at);
		world.schedule.after((direction === "toPeer" ? this.#toPeer : this.#toDevice) - world.now, then);
	}
}
