import type { Connect, Network, SocketHandler, Stream, Timer } from "../../hosts/host";
import { READ_CHUNK, SERVER_TURN } from "../limits";

/** Who speaks over a connection. Nothing is called within its constructor, nor after the end. */
export interface ClientHandler {
	/** The next bytes of the server. */
	onBytes(bytes: Uint8Array): void;
	/** It did not come about, or has ended: with the reason, unless the server has closed it. */
	onEnd(reason: string | undefined): void;
}

/**
 * A connection to a server. What is to be sent waits until the host takes it; what arrives is handed on a bounded
 * number of bytes a turn, so that no server keeps the device from its other work.
 */
export class ClientConnection implements SocketHandler {
	readonly #network: Network;
	readonly #handler: ClientHandler;
	#stream: Stream | undefined;
	#output: Uint8Array[] = [];
	#writable = 0;
	#turn: Timer;

	constructor(network: Network, to: Connect, handler: ClientHandler) {
		this.#network = network;
		this.#handler = handler;
		this.#stream = network.connect(to, this);
	}

	/** How many pieces wait for the host to take them. */
	get waiting(): number {
		return this.#output.length;
	}

	/** Whether more has arrived than was handed on. Where it has, the connection is good for nothing but to be closed. */
	hasMore(): boolean {
		return this.#stream?.read(1) !== undefined;
	}

	/** Sends these bytes after those before; they are not to be changed. */
	send(bytes: Uint8Array): void {
		this.#output.push(bytes);
		this.flush();
	}

	/** Sends what the host has taken, then closes. Nothing is called afterwards. */
	close(): void {
		this.#stream?.close();
		this.forget();
	}

	/** Of the stream, as are the next two. */
	onReadable(): void {
		if (this.#turn === undefined) this.receive();
	}

	onWritable(count: number): void {
		this.#writable = count;
		this.flush();
	}

	onError(reason?: string): void {
		if (!this.#stream) return;
		this.forget();
		this.#handler.onEnd(reason);
	}

	private receive(): void {
		this.#turn = undefined;
		for (let left = SERVER_TURN; left > 0; ) {
			const bytes = this.#stream?.read(Math.min(left, READ_CHUNK));
			if (!bytes) return;
			left -= bytes.length;
			this.#handler.onBytes(bytes);
		}
		if (this.#stream) this.#turn = this.#network.timers.once(() => this.receive(), 0);
	}

	private flush(): void {
		while (this.#stream && this.#writable > 0) {
			const bytes = this.#output[0];
			if (!bytes) return;
			if (bytes.length > this.#writable) this.#output[0] = bytes.subarray(this.#writable);
			else this.#output.shift();
			this.#writable = this.#stream.write(bytes.subarray(0, this.#writable));
		}
	}

	private forget(): void {
		this.#network.timers.clear(this.#turn);
		this.#stream = undefined;
		this.#output = [];
	}
}
