import { once } from "node:events";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { Cable } from "../../hosts/desktop/cable";
import type { Lookup } from "../../hosts/desktop/dial";
import { DesktopNetwork } from "../../hosts/desktop/network";
import { desktopTime } from "../../hosts/desktop/time";
import type { FakeTime } from "../fakes/host";

interface Test {
	after(callback: () => Promise<void> | void): void;
}

/** A server of a test's own, on a free port. */
export interface Served {
	port: number;
	/** How many connections were opened. */
	connections: number;
	/** Those that are open. */
	open: Set<Socket>;
}

/** Opens a server, which ends with the test. */
export async function serve(t: Test, server: Server): Promise<Served> {
	const served: Served = { port: 0, connections: 0, open: new Set() };
	server.on("connection", (socket: Socket) => {
		served.connections++;
		served.open.add(socket);
		socket.on("close", () => served.open.delete(socket)).on("error", () => {});
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	served.port = (server.address() as AddressInfo).port;
	t.after(() => {
		for (const socket of served.open) socket.destroy();
		server.close();
	});
	return served;
}

/** A server of which only TCP is known. */
export function serveRaw(t: Test, behave: (socket: Socket) => void): Promise<Served> {
	return serve(t, createTcpServer(behave));
}

/** A port where nobody listens. */
export async function closedPort(): Promise<number> {
	const server = createTcpServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	server.close();
	await once(server, "close");
	return port;
}

/** A desk's network, and what was thrown into it. `time`: for its timers; real, if absent. */
export function desktopNetwork(t: Test, { lookup, time }: { lookup?: Lookup; time?: FakeTime } = {}) {
	const exceptions: unknown[] = [];
	const onException = (error: unknown) => void exceptions.push(error);
	const network = new DesktopNetwork({
		port: 0,
		httpsPort: 0,
		cable: new Cable(),
		time: time ?? desktopTime(1, onException),
		...(lookup && { lookup }),
		onListening() {},
		onException,
	});
	t.after(() => {
		const closed = network.close(0);
		time?.advance(0);
		return closed;
	});
	return { network, exceptions };
}

/** Knows these addresses for every name. */
export const resolvesTo =
	(...addresses: string[]): Lookup =>
	(_name, done) =>
		setImmediate(
			done,
			null,
			addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
		);
