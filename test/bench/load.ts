import { connect, type Socket } from "node:net";

export interface Load {
	port: number;
	connections: number;
	/** The next request; undefined when there are no more. */
	next(): Buffer | undefined;
	/** ms after which it stops. */
	duration: number;
	/** Requests after which it stops. */
	count?: number;
}

export interface Outcome {
	/** Answered with 200. */
	accepted: number;
	refused: number;
	seconds: number;
	/** ms, of each answer. */
	latencies: number[];
}

/** Sends requests over kept connections, on each the next as soon as the last is answered. */
export async function run({ port, connections, next, duration, count = Infinity }: Load): Promise<Outcome> {
	const outcome: Outcome = { accepted: 0, refused: 0, seconds: 0, latencies: [] };
	const sockets = await Promise.all(Array.from({ length: connections }, () => open(port)));
	const begin = performance.now();
	const end = begin + duration;
	let sent = 0;
	await Promise.all(
		sockets.map(
			(socket) =>
				new Promise<void>((resolve, reject) => {
					let sentAt = 0;
					let begun: Buffer | undefined;
					const send = () => {
						const now = performance.now();
						const request = now < end && sent < count ? next() : undefined;
						if (!request) {
							resolve();
							return;
						}
						sent++;
						sentAt = now;
						socket.write(request);
					};
					socket.on("data", (chunk: Buffer) => {
						const bytes = begun ? Buffer.concat([begun, chunk]) : chunk;
						if (bytes.length < lengthOf(bytes)) {
							begun = bytes;
							return;
						}
						begun = undefined;
						outcome.latencies.push(performance.now() - sentAt);
						if (bytes.toString("latin1", 9, 12) === "200") outcome.accepted++;
						else outcome.refused++;
						send();
					});
					socket.on("error", reject);
					socket.on("close", () => reject(new Error("the connection was closed")));
					send();
				}),
		),
	);
	outcome.seconds = (performance.now() - begin) / 1000;
	for (const socket of sockets) socket.destroy();
	return outcome;
}

function open(port: number): Promise<Socket> {
	return new Promise((resolve, reject) => {
		const socket = connect({ port, host: "127.0.0.1", noDelay: true });
		socket.once("error", reject);
		socket.once("connect", () => resolve(socket));
	});
}

/** Bytes of the response that begins in `bytes`; Infinity while its head is not whole. */
function lengthOf(bytes: Buffer): number {
	const end = bytes.indexOf("\r\n\r\n");
	if (end < 0) return Infinity;
	const [, length] = /content-length: *(\d+)/i.exec(bytes.toString("latin1", 0, end)) ?? [];
	return end + 4 + Number(length);
}
