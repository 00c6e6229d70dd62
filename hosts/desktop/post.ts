import type { Client } from "undici";
import type { PostRequest, PostResult, Timer, Timers } from "../host";
import { type Dial, dial, type Lookup } from "./dial";
import { describeFailure, Failure } from "./failure";

/** Bytes of an answer's body that are kept; a longer one costs the connection. */
const BODY_KEPT = 512;
/** Of an answer's head. */
const HEAD = 8_192;
/** ms, real time, that a connection is kept for the next request: somewhat longer than the 10 s between two points. */
const IDLE_TIME = 15_000;

export interface PosterOptions {
	/** In real time. */
	timers: Timers;
	onException(error: unknown): void;
	dial?: Dial;
	lookup?: Lookup;
}

/** A connection to one server, as soon as it is wanted. */
interface Line {
	client: Client;
	connected: boolean;
	/** Who may be connected to: as the last request has it. */
	allowAddress: PostRequest["allowAddress"];
	/** Until it has waited long enough. */
	timer: Timer;
	close(): void;
}

/**
 * Posts over HTTP/1.1 and keeps the connection for the next request to the same server, for IDLE_TIME at
 * most; one whose request was cancelled is closed at once.
 */
export class Poster {
	#options: PosterOptions;
	/** Lines without a request, one for each server and trust. Each is connected. */
	#idle = new Map<string, Line>();
	#busy = new Set<Line>();
	#closed = false;

	constructor(options: PosterOptions) {
		this.#options = options;
	}

	post(request: PostRequest, done: (result: PostResult) => void): () => void {
		const { timers, onException } = this.#options;
		let line: Line | undefined;
		let open = true;
		const finish = (result: PostResult) => {
			if (!open) return;
			open = false;
			timers.clear(timer);
			try {
				done(result);
			} catch (error) {
				onException(error);
			}
		};
		const cancel = () => {
			if (!open) return;
			open = false;
			timers.clear(timer);
			line?.close();
		};
		const timer = timers.once(() => {
			finish({ status: undefined, error: "no answer in time" });
			line?.close();
		}, request.timeout);
		const run = async () => {
			const key = keyOf(request);
			try {
				line = this.#take(key) ?? (await this.#open(request, key));
				if (!open || this.#closed) throw new Failure("cancelled");
				this.#busy.add(line);
				line.allowAddress = request.allowAddress;
				const result = await exchange(line.client, request);
				this.#release(line, key);
				finish(result);
			} catch (error) {
				line?.close();
				finish({ status: undefined, error: describeFailure(error) });
			}
		};
		void run();
		return cancel;
	}

	/** Ends everything at once. */
	close(): void {
		this.#closed = true;
		for (const line of [...this.#idle.values(), ...this.#busy]) line.close();
	}

	/** A line that waits for a request. */
	#take(key: string): Line | undefined {
		const line = this.#idle.get(key);
		this.#idle.delete(key);
		this.#options.timers.clear(line?.timer);
		return line;
	}

	#release(line: Line, key: string): void {
		this.#busy.delete(line);
		if (!line.connected || this.#idle.has(key) || this.#closed) {
			line.close();
			return;
		}
		this.#idle.set(key, line);
		line.timer = this.#options.timers.once(line.close, IDLE_TIME);
	}

	async #open({ endpoint, trust }: PostRequest, key: string): Promise<Line> {
		// Loaded only here, for it takes a while.
		const { default: undici } = await import("undici");
		let hangUp = () => {};
		const { secure, host, port } = endpoint;
		const origin = `${secure ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${port}`;
		const client = new undici.Client(origin, {
			connect: (_options, connected) => {
				const { allowAddress } = line;
				hangUp = (this.#options.dial ?? dial)(
					{ endpoint, trust, allowAddress },
					(error, socket) =>
						socket ? connected(null, socket) : connected(new Failure(describeFailure(error)), null),
					this.#options.lookup,
				);
			},
			// The server may want less.
			keepAliveTimeout: 2 * IDLE_TIME,
			keepAliveMaxTimeout: 2 * IDLE_TIME,
			maxHeaderSize: HEAD,
			// A request has its time limit as a whole.
			headersTimeout: 0,
			bodyTimeout: 0,
		});
		const line: Line = {
			client,
			connected: false,
			allowAddress: () => false,
			timer: undefined,
			close: () => {
				this.#options.timers.clear(line.timer);
				this.#busy.delete(line);
				if (this.#idle.get(key) === line) this.#idle.delete(key);
				hangUp();
				client.destroy().catch(() => {});
			},
		};
		client.on("connect", () => {
			line.connected = true;
		});
		client.on("disconnect", () => {
			line.connected = false;
			if (this.#idle.get(key) === line) line.close();
		});
		return line;
	}
}

async function exchange(client: Client, request: PostRequest): Promise<PostResult> {
	const { target, headers, body } = request;
	const answer = await client.request({ method: "POST", path: target, headers, body });
	answer.body.on("error", () => {});
	const kept = new Uint8Array(BODY_KEPT);
	let length = 0;
	for await (const chunk of answer.body) {
		const bytes = (chunk as Buffer).subarray(0, BODY_KEPT - length);
		kept.set(bytes, length);
		length += bytes.length;
		if (bytes.length < chunk.length) break;
	}
	const retryAfter = answer.headers["retry-after"];
	return {
		status: answer.statusCode,
		retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter,
		body: new TextDecoder().decode(kept.subarray(0, length)),
	};
}

/** The same for requests that may share a connection. */
function keyOf({ endpoint: { secure, host, port }, trust: { ca, fingerprint } }: PostRequest): string {
	return JSON.stringify([secure, host, port, ca, fingerprint]);
}
