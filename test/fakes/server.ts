import type { Connect, SocketHandler, Stream } from "../../hosts/host";

/** How much the device may write before it has to wait. */
const WINDOW = 65_536;

/** One connection that a device has made, from the other end. Nothing reaches the device within its own calls. */
export class FakeLink implements Stream {
	readonly to: Connect;
	/** The device has closed it. */
	closed = false;
	/** What the device has written and the server has not taken. */
	received = Buffer.alloc(0);
	#handler: SocketHandler;
	#window = 0;
	#unread = Buffer.alloc(0);
	#ended = false;

	constructor(to: Connect, handler: SocketHandler) {
		this.to = to;
		this.#handler = handler;
	}

	/** Neither end has closed it. */
	get live(): boolean {
		return !this.closed && !this.#ended;
	}

	read(count: number): Uint8Array | undefined {
		if (this.closed) throw new Error("read after close");
		if (this.#unread.length === 0) return undefined;
		const bytes = this.#unread.subarray(0, count);
		this.#unread = this.#unread.subarray(bytes.length);
		return new Uint8Array(bytes);
	}

	write(bytes: Uint8Array): number {
		if (this.closed) throw new Error("write after close");
		if (bytes.length === 0 || bytes.length > this.#window) throw new Error("written more than allowed");
		this.#window -= bytes.length;
		this.received = Buffer.concat([this.received, bytes]);
		return this.#window;
	}

	close(): void {
		this.closed = true;
	}

	/** The device can write: for the first time, it is connected. */
	drain(count = WINDOW): void {
		if (!this.live) return;
		this.#window = count;
		this.#handler.onWritable(count);
	}

	/** Takes the first bytes that were written. */
	take(count: number): Buffer {
		const bytes = this.received.subarray(0, count);
		this.received = this.received.subarray(bytes.length);
		if (this.#window < WINDOW / 2) this.drain();
		return bytes;
	}

	/** The server sends this. */
	say(data: string | Uint8Array): void {
		if (!this.live) return;
		this.#unread = Buffer.concat([this.#unread, typeof data === "string" ? Buffer.from(data) : data]);
		this.#handler.onReadable(this.#unread.length);
	}

	/** The server ends it, or it fails for that reason. */
	end(reason?: string): void {
		if (!this.live) return;
		if (this.#unread.length > 0) throw new Error("not all was read");
		this.#ended = true;
		this.#handler.onError(reason);
	}
}

/** A server that devices connect to; what it does with what they send is for others to say. */
export abstract class FakeServer {
	/** What every name resolves to. */
	address = "192.168.1.5";
	/** In the order of connecting. */
	readonly links: FakeLink[] = [];
	#opening: FakeLink[] = [];

	/** Network.connect. */
	readonly connect = (to: Connect, handler: SocketHandler): Stream => {
		const link = new FakeLink(to, handler);
		this.links.push(link);
		this.#opening.push(link);
		return link;
	};

	/** Lets the connections be made, and takes what was sent. Call it before looking at what has come. */
	protected settle(): void {
		for (let link = this.#opening.shift(); link; link = this.#opening.shift()) {
			if (link.to.allowAddress(this.address)) link.drain();
			else link.end(`${this.address} is not allowed`);
		}
		for (const link of this.links) while (link.received.length > 0 && this.receive(link));
		if (this.#opening.length > 0) this.settle();
	}

	/** Takes one message; false if none is whole. */
	protected abstract receive(link: FakeLink): boolean;
}

/** An HTTP request that has come. */
export interface FakeRequest {
	link: FakeLink;
	method: string;
	target: string;
	/** By their names in lower case. */
	headers: Record<string, string>;
	body: string;
}

/** Takes a request off a connection; undefined if none is whole. */
export function takeRequest(link: FakeLink): FakeRequest | undefined {
	const end = link.received.indexOf("\r\n\r\n");
	if (end < 0) return undefined;
	const [line = "", ...fields] = link.received.subarray(0, end).toString().split("\r\n");
	const headers = Object.fromEntries(
		fields.map((field) => [
			field.slice(0, field.indexOf(":")).toLowerCase(),
			field.slice(field.indexOf(":") + 2),
		]),
	);
	const length = Number(headers["content-length"] ?? 0);
	if (link.received.length < end + 4 + length) return undefined;
	link.take(end + 4);
	const [method = "", target = ""] = line.split(" ");
	return { link, method, target, headers, body: link.take(length).toString() };
}
