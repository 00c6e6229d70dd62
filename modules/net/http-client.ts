import type { Connect, Network, Timer } from "../../hosts/host";
import { ClientConnection, type ClientHandler } from "./client-connection";
import { type HttpAnswer, HttpReader } from "./http-reader";
import { cutBeforeAnswer } from "./protocols";

export interface HttpRequest {
	method: "GET" | "POST";
	/** Query included. */
	target: string;
	/** Their names and values are sent as they are. */
	headers?: Readonly<Record<string, string>>;
	body?: Uint8Array;
}

/** Takes the answer. Nothing is called before `send` has returned, nor after the end. */
export interface HttpHandler {
	onHead(answer: HttpAnswer): void;
	/** The next bytes of the body. */
	onBody(bytes: Uint8Array): void;
	/** The answer is whole, or will not be, for that reason. The next request can be sent. */
	onEnd(error: string | undefined): void;
}

export interface HttpClientOptions {
	network: Network;
	to: Connect;
	/** ms in which something has to arrive. */
	silence: number;
	/** ms for the whole answer. */
	most: number;
}

/**
 * HTTP/1.1 requests to one server (RFC 9112), one after the other. Redirects are not followed. The connection is kept
 * until `close`, for as long as the server keeps it.
 */
export class HttpClient implements ClientHandler {
	readonly #options: HttpClientOptions;
	#connection: ClientConnection | undefined;
	#reader: HttpReader | undefined;
	#handler: HttpHandler | undefined;
	#silence: Timer;
	#limit: Timer;

	constructor(options: HttpClientOptions) {
		this.#options = options;
	}

	/** One at a time. */
	send(request: HttpRequest, handler: HttpHandler): void {
		const { network, to, most } = this.#options;
		const reader: HttpReader = new HttpReader({
			onHead: (answer) => this.#reader === reader && handler.onHead(answer),
			onBody: (bytes) => this.#reader === reader && handler.onBody(bytes),
		});
		this.#reader = reader;
		this.#handler = handler;
		const head = headOf(request, to.endpoint);
		if (head === undefined) {
			this.#limit = network.timers.once(() => this.end("a header field cannot be sent"), 0);
			return;
		}
		this.#limit = network.timers.once(() => this.late(), most);
		this.listen();
		this.#connection ??= new ClientConnection(network, to, this);
		// Not joined: that would be the body's memory again.
		this.#connection.send(new TextEncoder().encode(head));
		if (request.body) this.#connection.send(request.body);
	}

	/** Ends what is under way. Nothing is called afterwards. */
	close(): void {
		this.finish();
		this.hangUp();
	}

	/** Of the connection, as is the next one. */
	onBytes(bytes: Uint8Array): void {
		const reader = this.#reader;
		// Of bytes that nobody asked for the next answer could be made.
		if (!reader) {
			this.hangUp();
			return;
		}
		this.listen();
		const taken = reader.push(bytes);
		if (this.#reader !== reader) return;
		if (typeof taken === "string") this.end(taken);
		else if (reader.done) {
			const isMore = taken < bytes.length || this.#connection?.hasMore();
			if (!reader.persistent || isMore) this.hangUp();
			this.end(undefined);
		}
	}

	onEnd(reason: string | undefined): void {
		const reader = this.#reader;
		this.#connection = undefined;
		if (!reader) return;
		const { secure } = this.#options.to.endpoint;
		this.end(reason ?? (reader.begun ? reader.end() : cutBeforeAnswer(secure)));
	}

	private late(): void {
		this.end(this.#reader?.answered ? "it takes too long" : "no answer in time");
	}

	private end(error: string | undefined): void {
		const handler = this.#handler;
		this.finish();
		if (error !== undefined) this.hangUp();
		handler?.onEnd(error);
	}

	/** Something has to arrive soon. */
	private listen(): void {
		const { network, silence } = this.#options;
		network.timers.clear(this.#silence);
		this.#silence = network.timers.once(() => this.end("no answer in time"), silence);
	}

	private finish(): void {
		const { timers } = this.#options.network;
		timers.clear(this.#silence);
		timers.clear(this.#limit);
		this.#reader = undefined;
		this.#handler = undefined;
	}

	private hangUp(): void {
		this.#connection?.close();
		this.#connection = undefined;
	}
}

/** Undefined if a field would end before its value does. */
function headOf(request: HttpRequest, endpoint: Connect["endpoint"]): string | undefined {
	const { method, target, headers = {}, body } = request;
	const { host, port, secure } = endpoint;
	const name = host.includes(":") ? `[${host}]` : host;
	// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
	const control = /[\0-\x1f\x7f]/;
	let head = `${method} ${target} HTTP/1.1\r\nHost: ${port === (secure ? 443 : 80) ? name : `${name}:${port}`}\r\n`;
	for (const [field, value] of Object.entries(headers)) {
		if (control.test(field + value)) return undefined;
		head += `${field}: ${value}\r\n`;
	}
	if (body) head += `Content-Length: ${body.length}\r\n`;
	return `${head}\r\n`;
}
