import type { ListenerOptions, SocketIo, Tcp, TcpListener, TcpOptions } from "../../../hosts/moddable/io";

/** The SDK's end of a connection, and what the test does at the other. */
export class FakeTcp implements Tcp {
	remoteAddress = "192.0.2.1";
	closed = false;
	/** The next write throws, as on a connection that broke. */
	broken = false;
	readonly written: number[] = [];
	/** Arrived and not read. */
	waiting: number[] = [];
	events: TcpOptions | undefined;
	target: TcpOptions["target"];
	#from: FakeTcp | undefined;

	constructor(options?: TcpOptions) {
		this.target = options?.target as TcpOptions["target"];
		if (!options) return;
		this.events = options;
		if (!("from" in options)) return;
		this.#from = options.from as FakeTcp;
		if (this.#from.broken) throw new Error("invalid from");
		this.#from.heir = this;
	}

	/** The socket that has taken this one's place. */
	heir: FakeTcp | undefined;

	read(count: number): ArrayBuffer {
		if (this.closed) throw new Error("closed");
		if (count <= 0 || count > this.waiting.length) throw new Error("invalid");
		return new Uint8Array(this.waiting.splice(0, count)).buffer;
	}

	write(bytes: Uint8Array): number {
		if (this.closed || this.broken) throw new Error("would block");
		this.written.push(...bytes);
		return 1_000;
	}

	close(): void {
		this.closed = true;
	}

	/** Bytes arrive. Events are sent even after a close, as the SDK's Linux sockets do. */
	arrive(...bytes: number[]): void {
		this.waiting.push(...bytes);
		this.events?.onReadable.call(this, this.waiting.length);
	}

	drain(count: number): void {
		this.events?.onWritable.call(this, count);
	}

	vanish(): void {
		this.events?.onError.call(this);
	}
}

/** One listener at a time. */
export class FakeIo implements SocketIo {
	refused = false;
	listening: FakeListener | undefined;
	/** Those that the device has made. */
	readonly dialed: FakeTcp[] = [];

	readonly Tcp: new (
		options: TcpOptions,
	) => FakeTcp;
	readonly Listener: SocketIo["Listener"];

	constructor() {
		const io = this;
		this.Tcp = class extends FakeTcp {
			constructor(options: TcpOptions) {
				super(options);
				if ("port" in options) io.dialed.push(this);
			}
		};
		this.Listener = class extends FakeListener {
			constructor(options: ListenerOptions) {
				if (io.refused) throw new Error("bind socket failed");
				super(options);
				io.listening = this;
			}
		};
	}

	/** Clients come, all at once. Returns the sockets that carry their events, in order. */
	connect(count = 1, address = "192.0.2.1"): FakeTcp[] {
		const raw = Array.from({ length: count }, () => new FakeTcp());
		for (const tcp of raw) tcp.remoteAddress = address;
		this.listening?.announce(raw);
		return raw.map((tcp) => tcp.heir ?? tcp);
	}
}

class FakeListener implements TcpListener {
	readonly port: number;
	closed = false;
	#options: ListenerOptions;
	#pending: FakeTcp[] = [];

	constructor(options: ListenerOptions) {
		this.#options = options;
		this.port = options.port || 40_000;
	}

	announce(clients: FakeTcp[]): void {
		this.#pending.push(...clients);
		this.#options.onReadable.call(this, this.#pending.length);
	}

	read(): FakeTcp | undefined {
		return this.#pending.shift();
	}

	close(): void {
		this.closed = true;
	}
}
