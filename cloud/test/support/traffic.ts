import { Server, type TLSSocket } from "node:tls";
import type { Scope } from "./cloud";

/** What went over one connection, within TLS: a character for each byte. */
export interface Connection {
	heard: string;
	said: string;
}

/** Records all that servers of this process say and hear within TLS from now on, until `scope` ends. */
export function recordTraffic(scope: Scope): Connection[] {
	const connections: Connection[] = [];
	const { emit } = Server.prototype;
	Server.prototype.emit = function (this: Server, event: string, ...args: unknown[]): boolean {
		const result = Reflect.apply(emit, this, [event, ...args]);
		if (event === "secureConnection") connections.push(record(args[0] as TLSSocket));
		return result;
	} as typeof emit;
	scope.after(() => {
		Server.prototype.emit = emit;
	});
	return connections;
}

function record(socket: TLSSocket): Connection {
	const connection: Connection = { heard: "", said: "" };
	socket.on("data", (bytes: Buffer) => {
		connection.heard += bytes.toString("latin1");
	});
	const { write } = socket;
	socket.write = ((chunk: string | Uint8Array, ...rest: never[]) => {
		connection.said += Buffer.from(chunk as Uint8Array).toString("latin1");
		return write.call(socket, chunk, ...rest);
	}) as typeof write;
	return connection;
}
