import { once } from "node:events";
import { createServer as createHttpServer, request as httpRequest, type ServerResponse } from "node:http";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import type { Scope } from "../../support/desk";

/** What becomes of a request. `silence`: the database gets it, and its answer never comes. */
export type Fate = "pass" | "silence" | { status: number; retryAfter?: number };

/** Stands between a device and an HTTP server, and lets pass what `fate` says. */
export class Gateway {
	port = 0;
	/** Asked for each request. */
	fate: () => Fate = () => "pass";
	/** How many requests met each fate. */
	readonly met: Record<string, number> = {};
	/** Lines of points that came, also those that came again. */
	lines = 0;

	static async open(scope: Scope, target: number): Promise<Gateway> {
		const gateway = new Gateway();
		const server = createHttpServer((request, response) => {
			const chunks: Buffer[] = [];
			request.on("error", () => {});
			request.on("data", (chunk: Buffer) => chunks.push(chunk));
			request.on("end", () => {
				const body = Buffer.concat(chunks);
				gateway.lines += body.toString("latin1").split("\n").length;
				const fate = gateway.fate();
				const name = typeof fate === "string" ? fate : `${fate.status}`;
				gateway.met[name] = (gateway.met[name] ?? 0) + 1;
				if (typeof fate === "string") forward(body, fate === "silence" ? undefined : response);
				else {
					const { status, retryAfter } = fate;
					response.writeHead(status, retryAfter === undefined ? {} : { "Retry-After": retryAfter });
					response.end('{"error":"a test"}');
				}
			});
			const forward = (body: Buffer, answer?: ServerResponse) => {
				const { method, url, headers } = request;
				const onward = httpRequest({
					port: target,
					host: "127.0.0.1",
					method,
					path: url,
					headers,
					agent: false,
				});
				onward.on("error", () => answer?.destroy());
				onward.on("response", (incoming) => {
					incoming.on("error", () => answer?.destroy());
					if (!answer) {
						incoming.resume();
						return;
					}
					const { "retry-after": retryAfter, "content-type": type = "text/plain" } = incoming.headers;
					answer.writeHead(incoming.statusCode ?? 0, {
						"content-type": type,
						...(retryAfter && { "retry-after": retryAfter }),
					});
					incoming.pipe(answer);
				});
				onward.end(body);
			};
		});
		gateway.port = await listen(scope, server);
		return gateway;
	}
}

/** Stands between a device and any server, and cuts connections after a number of bytes. */
export class Wire {
	port = 0;
	/** Asked for each connection: bytes that pass, in both directions together, before it is cut. */
	length: () => number = () => Number.POSITIVE_INFINITY;
	/** How many connections were opened and cut. */
	connections = 0;
	cuts = 0;
	#open = new Set<Socket>();

	static async open(scope: Scope, target: number): Promise<Wire> {
		const wire = new Wire();
		const server = createServer((near) => {
			wire.connections++;
			wire.#open.add(near);
			let left = wire.length();
			const far = connect(target, "127.0.0.1");
			const end = () => {
				wire.#open.delete(near);
				near.destroy();
				far.destroy();
			};
			const pass = (from: Socket, to: Socket) => {
				from.on("data", (bytes: Buffer) => {
					if (left <= 0) return;
					to.write(bytes.subarray(0, left));
					left -= bytes.length;
					if (left > 0) return;
					wire.cuts++;
					// What was let through is to arrive.
					to.end(end);
				});
				from
					.on("error", end)
					.on("close", end)
					.on("end", () => to.end());
			};
			pass(near, far);
			pass(far, near);
		});
		wire.port = await listen(scope, server);
		return wire;
	}

	/** Cuts all that is open. */
	cut(): void {
		this.cuts += this.#open.size;
		for (const socket of this.#open) socket.destroy();
	}
}

async function listen(scope: Scope, server: Server): Promise<number> {
	const open = new Set<Socket>();
	server.on("connection", (socket: Socket) => {
		open.add(socket);
		socket.on("close", () => open.delete(socket)).on("error", () => {});
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	scope.after(() => {
		for (const socket of open) socket.destroy();
		server.close();
	});
	return (server.address() as AddressInfo).port;
}

/** Chance that is the same in every run. */
export function chance(seed: number): () => number {
	let state = seed;
	return () => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return state / 2 ** 32;
	};
}
