import { once } from "node:events";
import { connect as connectTcp, type Socket as TcpSocket } from "node:net";
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from "node:tls";
import { Cable } from "../../../hosts/desktop/cable";
import { createIdentity } from "../../../hosts/desktop/identity";
import { DesktopNetwork } from "../../../hosts/desktop/network";
import { findPort } from "../../../hosts/desktop/ports";
import { desktopTime } from "../../../hosts/desktop/time";
import type { Listener, Socket, SocketHandler } from "../../../hosts/host";
import type { FakeTime } from "../../fakes/host";

interface Test {
	after(callback: () => Promise<void> | void): void;
}

/** What a device does with a connection: the handler, or undefined if it has accepted or closed it itself. */
export type Behavior = (socket: Socket) => Partial<SocketHandler> | undefined;

export interface Served {
	network: DesktopNetwork;
	cable: Cable;
	port: number;
	listener: Listener;
	/** What was thrown into the host. */
	exceptions: unknown[];
	errors: string[];
}

let identity: Promise<Uint8Array> | undefined;

/** One for all tests of a file: it takes a while to make. */
export function testIdentity(): Promise<Uint8Array> {
	identity ??= createIdentity("10000fb38278", [], Date.now());
	return identity;
}

/** Opens a port, over TLS if `secure`, where every connection behaves so. */
export async function serve(
	t: Test,
	behavior: Behavior,
	secure = false,
	fakeTime?: FakeTime,
): Promise<Served> {
	const exceptions: unknown[] = [];
	const errors: string[] = [];
	const onException = (error: unknown) => void exceptions.push(error);
	const port = await findPort(0, "--port", 0);
	const time = fakeTime ?? desktopTime(1, onException);
	const cable = new Cable();
	const network = new DesktopNetwork({ port, httpsPort: port, cable, time, onListening() {}, onException });
	t.after(() => {
		const closed = network.close(0);
		fakeTime?.advance(0);
		return closed;
	});
	const key = secure ? await testIdentity() : undefined;
	const listener = await new Promise<Listener>((resolve, reject) => {
		const opened = network.listen({
			...(key && { identity: key }),
			onListening: () => resolve(opened),
			onConnection: (socket) => {
				const handler = behavior(socket);
				if (handler) socket.accept({ onReadable() {}, onWritable() {}, onError() {}, ...handler });
			},
			onError: (message) => {
				errors.push(message);
				reject(new Error(message));
			},
		});
	});
	return { network, cable, port, listener, exceptions, errors };
}

/** A client over TCP. What it reads waits in it as in any stream. */
export async function connect(t: Test, port: number, host = "127.0.0.1"): Promise<TcpSocket> {
	const socket = connectTcp({ port, host, allowHalfOpen: true });
	t.after(() => void socket.destroy());
	await once(socket, "connect");
	socket.on("error", () => {});
	return socket;
}

/** A client over TLS that believes any certificate. */
export async function connectSecurely(
	t: Test,
	port: number,
	options: ConnectionOptions = {},
): Promise<TLSSocket> {
	// An option of node:net, which node:tls hands on and @types/node does not know here.
	const halfOpen: object = { allowHalfOpen: true };
	const socket = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false, ...halfOpen, ...options });
	t.after(() => void socket.destroy());
	await once(socket, "secureConnect");
	socket.on("error", () => {});
	return socket;
}

/** All that comes until the other side ends or the connection breaks. */
export async function readAll(socket: TcpSocket): Promise<string> {
	const chunks: Buffer[] = [];
	socket.on("data", (chunk) => chunks.push(chunk));
	if (!socket.readableEnded && !socket.closed)
		await new Promise<void>((resolve) => socket.on("end", resolve).on("close", resolve));
	return Buffer.concat(chunks).toString("latin1");
}

/** The next `count` bytes. */
export async function readBytes(socket: TcpSocket, count: number): Promise<Buffer> {
	for (;;) {
		const bytes: Buffer | null = socket.read(count);
		if (bytes) return bytes;
		await once(socket, "readable");
	}
}

/** Waits for `condition`, which comes soon or never. */
export async function until(condition: () => boolean): Promise<void> {
	while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** Answers every piece with itself, whatever the back-pressure. */
export const echo: Behavior = (socket) => {
	let allowed = 0;
	const pump = () => {
		while (allowed > 0) {
			const bytes = socket.read(allowed);
			if (!bytes) return;
			allowed = socket.write(bytes);
		}
	};
	return {
		onReadable: pump,
		onWritable: (count) => {
			allowed = count;
			pump();
		},
	};
};
