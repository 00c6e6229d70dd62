import type { SocketHandler } from "../../../hosts/host";
import type { SocketIo, TcpConnection, TcpListener, Udp } from "../../../hosts/moddable/io";

/** More than the network takes at once. */
const MUCH = new Uint8Array(2_872);

/** Sockets that send back what comes, and do one thing where it hurts. */
export class Echo {
	/** How often each callback was called. */
	readonly heard: Record<string, number> = {};
	readonly #io: SocketIo;
	#listener: TcpListener | undefined;
	#udp: Udp | undefined;
	/** Of the connections that were refused an end. */
	#last: TcpConnection | undefined;

	constructor(io: SocketIo) {
		this.#io = io;
	}

	/**
	 * Listens and returns the port. `argument`: "<port> <place> <deed>". Places: connection, writable, readable, error.
	 * Deeds: close, destroy, throw, fill (writes as long as it may), other (destroys the connection before this one),
	 * reopen (closes the listener and opens it anew), ignore (does not even accept).
	 */
	serve(argument: string): number | undefined {
		const [port, place = "", deed = ""] = argument.split(" ");
		this.#listener?.close();
		this.#listener = this.#io.listen(Number(port), {
			onConnection: (connection) => {
				this.#count("connection");
				if (place === "connection" && deed === "ignore") return;
				const previous = this.#last;
				this.#last = connection;
				const act = (where: string) => {
					this.#count(where);
					if (where === place) this.#act(deed, argument, connection, previous);
				};
				connection.accept(this.#handler(connection, act));
				if (place === "connection") act("accepted");
				if (place === "connection") this.#act(deed, argument, connection, previous);
			},
			onError: () => this.#count("lost"),
		});
		return this.#listener?.port;
	}

	/** Connects to a port and sends back what comes. "<port> <place> <deed>", as above. */
	dial(argument: string): void {
		const [port, place = "", deed = ""] = argument.split(" ");
		const connection = this.#io.connect("127.0.0.1", Number(port));
		const handler = this.#handler(connection, (where) => {
			this.#count(where);
			if (where === place) this.#act(deed, argument, connection, undefined);
		});
		try {
			connection.accept(handler);
		} catch {
			this.#count("refused");
		}
	}

	/** Answers datagrams of five bytes. */
	openUdp(port: number): void {
		this.#udp?.close();
		const udp = this.#io.openUdp({
			port,
			onReadable: (packets) => {
				for (let left = packets; left > 0; left--) {
					const packet = udp.read();
					if (!packet) return;
					this.#count("datagram");
					if (packet.byteLength === 5) udp.write(new Uint8Array(packet), packet.address, packet.port);
				}
			},
		});
		this.#udp = udp;
	}

	close(): void {
		this.#listener?.close();
		this.#udp?.close();
		this.#listener = this.#udp = this.#last = undefined;
	}

	#handler(connection: TcpConnection, act: (where: string) => void): SocketHandler {
		return {
			onReadable: (count) => {
				const bytes = connection.read(count);
				if (bytes) connection.write(bytes);
				act("readable");
			},
			onWritable: () => act("writable"),
			onError: () => act("error"),
		};
	}

	#act(deed: string, argument: string, connection: TcpConnection, previous: TcpConnection | undefined): void {
		if (deed === "close") connection.close();
		if (deed === "destroy") connection.destroy();
		if (deed === "throw") throw new Error(deed);
		if (deed === "fill") for (let i = 0; i < 1_000 && connection.write(MUCH) > 0; i++);
		if (deed === "other") previous?.destroy();
		if (deed === "reopen") this.serve(argument);
		// Whatever was done, what is done to it now harms nothing.
		if (deed === "close" || deed === "destroy") {
			connection.write(MUCH);
			connection.read(10);
			connection.close();
		}
	}

	#count(what: string): void {
		this.heard[what] = (this.heard[what] ?? 0) + 1;
	}
}
