import type { GetRequest } from "../host";
import { type Dial, dial } from "./dial";
import { describeFailure, Failure } from "./failure";

/** Of an answer's head. */
const HEAD = 8_192;

/** One HTTP GET on a connection of its own; see Network.get. */
export function get(
	request: GetRequest,
	onException: (error: unknown) => void,
	connectTo: Dial = dial,
): () => void {
	const { endpoint, trust, allowAddress, target, timeout } = request;
	let open = true;
	let late = false;
	let hangUp = () => {};
	const end = (error: string | undefined) => {
		if (!open) return;
		open = false;
		request.onEnd(error);
	};
	const run = async () => {
		// Loaded only here, for it takes a while.
		const { default: undici } = await import("undici");
		if (!open) return;
		const { secure, host, port } = endpoint;
		const client = new undici.Client(
			`${secure ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${port}`,
			{
				connect: (_options, connected) => {
					hangUp = connectTo({ endpoint, trust, allowAddress }, (error, socket) =>
						socket ? connected(null, socket) : connected(new Failure(describeFailure(error)), null),
					);
				},
				maxHeaderSize: HEAD,
				headersTimeout: timeout,
				bodyTimeout: timeout,
			},
		);
		const limit = setTimeout(() => {
			late = true;
			hangUp();
		}, timeout);
		try {
			const answer = await client.request({ method: "GET", path: target });
			clearTimeout(limit);
			answer.body.on("error", () => {});
			const length = Number(answer.headers["content-length"] ?? Number.NaN);
			if (open) request.onStatus(answer.statusCode, Number.isSafeInteger(length) ? length : undefined);
			for await (const chunk of answer.body) {
				if (!open) break;
				request.onData(chunk as Buffer);
			}
			end(undefined);
		} finally {
			clearTimeout(limit);
			hangUp();
			client.destroy().catch(() => {});
		}
	};
	run().catch((error) => {
		try {
			end(late ? "no answer in time" : describeFailure(error));
		} catch (thrown) {
			onException(thrown);
		}
	});
	return () => {
		open = false;
		hangUp();
	};
}
