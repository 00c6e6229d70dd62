import { Server, type TLSSocket } from "node:tls";
import type { Scope } from "./cloud";

/** What was heard, and what was said to it then, within TLS: a character for each byte. */
export interface Exchange {
	heard: string;
	said: string;
}

/** Records all that servers of this process say and hear within TLS from now on, until `scope` ends. */
export function recordTraffic(scope: Scope): Exchange[] {
	const exchanges: Exchange[] = [];
	const { emit } = Server.prototype;
	Server.prototype.emit = function (this: Server, event: string, ...args: unknown[]): boolean {
		const result = Reflect.apply(emit, this, [event, ...args]);
		if (event === "secureConnection") record(args[0] as TLSSocket, exchanges);
		return result;
	} as typeof emit;
	scope.after(() => {
		Server.prototype.emit = emit;
	});
	return exchanges;
}

function record(socket: TLSSocket, exchanges: Exchange[]): void {
	let exchange: Exchange = { heard: "", said: "" };
	exchanges.push(exchange);
	socket.on("data", (bytes: Buffer) => {
		if (exchange.said !== "") {
			exchange = { heard: "", said: "" };
			exchanges.push(exchange);
		}
		exchange.heard += bytes.toString("latin1");
	});
	const { write } = socket;
	socket.write = ((chunk: string | Uint8Array, ...rest: never[]) => {
		exchange.said += Buffer.from(chunk as Uint8Array).toString("latin1");
		return write.call(socket, chunk, ...rest);
	}) as typeof write;
}
