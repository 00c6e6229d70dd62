import { constants } from "node:crypto";
import { createServer, type Server, type Socket as Stream } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { Listener, ListenOptions, Timer, Timers } from "../host";
import type { NodeSocket } from "./node-socket";
import { GROUPS, SUITES } from "./suites";

/** ms for a TLS handshake: a phone on weak Wi-Fi needs well below 2 s. */
const HANDSHAKE_TIME = 10_000;

export interface ListenerOptions extends ListenOptions {
	port: number;
	/** In real time. */
	timers: Timers;
	/** Handshakes that may be under way at a time; the oldest makes room. */
	maxHandshakes: number;
	/** Whether a connection could come in; if not it is ended already. */
	admit(stream: Stream): boolean;
	/** Takes care of a new connection for as long as it lives. */
	adopt(stream: Stream, remoteAddress: string): NodeSocket;
	onException(error: unknown): void;
}

/** Opens a TCP or, with an identity, TLS port on all interfaces, IPv6 as well where there is IPv6. */
export function openListener(options: ListenerOptions): Listener {
	const { port, identity, admit, onException } = options;
	let closed = false;
	const handshakes = new Handshakes(options.timers, options.maxHandshakes);

	const receive = (stream: Stream) => {
		if (admit(stream)) deliver(stream);
	};
	const shakeHands = (stream: Stream) => {
		if (admit(stream)) handshakes.begin(stream);
	};
	const settle = (stream: Stream) => {
		handshakes.end(stream);
		deliver(stream);
	};
	const deliver = (stream: Stream) => {
		const { remoteAddress } = stream;
		if (closed || remoteAddress === undefined) {
			stream.on("error", () => {});
			stream.destroy();
			return;
		}
		const connection = options.adopt(stream, plainAddress(remoteAddress));
		guard(() => options.onConnection(connection));
	};
	const guard = (callback: () => void) => {
		try {
			callback();
		} catch (error) {
			onException(error);
		}
	};
	const close = () => {
		if (closed) return;
		closed = true;
		server.close();
		handshakes.close();
	};

	let server: Server;
	try {
		server = identity
			? createSecureServer(identity, shakeHands, settle)
			: createServer(STREAM_OPTIONS, receive);
	} catch {
		guard(() => options.onError("the TLS identity cannot be used"));
		return { close() {} };
	}
	server.on("error", (error: NodeJS.ErrnoException) => {
		if (closed) return;
		close();
		guard(() => options.onError(error.code === "EADDRINUSE" ? `port ${port} is in use` : error.message));
	});
	server.on("listening", () => {
		if (!closed) guard(() => options.onListening(port));
	});
	// Without a host: "::" for both IP versions, "0.0.0.0" where there is no IPv6.
	server.listen(port);
	return { close };
}

const STREAM_OPTIONS = { allowHalfOpen: true, noDelay: true };

function createSecureServer(
	identity: Uint8Array,
	begin: (stream: Stream) => void,
	end: (stream: Stream) => void,
): Server {
	const pem = Buffer.from(identity);
	const server = createTlsServer({
		...STREAM_OPTIONS,
		key: pem,
		cert: pem,
		minVersion: "TLSv1.2",
		maxVersion: "TLSv1.3",
		ciphers: SUITES,
		ecdhCurve: GROUPS,
		secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
		ALPNProtocols: ["http/1.1"],
	});
	server.on("connection", begin);
	server.on("secureConnection", end);
	server.on("tlsClientError", (_error, stream) => stream.destroy());
	return server;
}

/** TCP connections whose TLS handshake is under way. node:tls limits only the time between two packets. */
class Handshakes {
	#timers: Timers;
	#max: number;
	#waiting = new Map<string, { stream: Stream; timer: Timer }>();

	constructor(timers: Timers, max: number) {
		this.#timers = timers;
		this.#max = max;
	}

	begin(stream: Stream): void {
		const peer = peerOf(stream);
		const timer = this.#timers.once(() => stream.destroy(), HANDSHAKE_TIME);
		this.#waiting.set(peer, { stream, timer });
		stream.on("close", () => {
			if (this.#waiting.get(peer)?.stream === stream) this.#forget(peer);
		});
		if (this.#waiting.size <= this.#max) return;
		for (const [oldest, waiting] of this.#waiting) {
			waiting.stream.destroy();
			this.#forget(oldest);
			return;
		}
	}

	end(stream: Stream): void {
		this.#forget(peerOf(stream));
	}

	close(): void {
		for (const [peer, { stream }] of this.#waiting) {
			stream.destroy();
			this.#forget(peer);
		}
	}

	#forget(peer: string): void {
		this.#timers.clear(this.#waiting.get(peer)?.timer);
		this.#waiting.delete(peer);
	}
}

/** The same for a TCP socket and for the TLS socket over it. */
function peerOf(stream: Stream): string {
	return `${stream.remoteAddress} ${stream.remotePort}`;
}

/** An IPv4 client of a dual-stack socket appears as ::ffff:192.0.2.1 (RFC 4291, 2.5.5.2). */
export function plainAddress(address: string): string {
	return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
}
