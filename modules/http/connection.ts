import type { Socket, SocketHandler } from "../../hosts/host";
import { BODY_TIME, HEAD_TIME, KEEP_ALIVE_TIME, READ_CHUNK, SWEEP_INTERVAL, WRITE_TIME } from "../limits";
import { type AnswerEncoder, join } from "./answer";
import { type Body, FixedBody } from "./body";
import { ChunkedBody } from "./chunked";
import { errorBody } from "./errors";
import type { Progress } from "./frame";
import type { Handler, Response } from "./message";
import type { Head, HeadParser } from "./parser";

/** What all connections of a server share. */
export interface Service {
	readonly parser: HeadParser;
	readonly encoder: AnswerEncoder;
	/** The body of a request without one. */
	readonly nothing: Uint8Array;
	readonly secure: boolean;
	readonly handle: Handler;
	/** Monotonic time, ms, at the last sweep: not more than one interval ago. */
	now: number;
	/** Counts the signs of life of all connections. */
	activity: number;
	/** The connection is closed. */
	forget(connection: Connection): void;
}

/** `handling`: the handler is running; `handled`: it will respond later; `answered`: the response is being written. */
type State = "reading" | "handling" | "handled" | "answered" | "closed";

/**
 * One connection: reads a request, has it handled, writes the response, and only then reads on. Whatever goes
 * wrong in it, also in a write (Moddable #1410), ends the connection and nothing else.
 *
 * It is written for XS: a #method would be kept in every instance, `undefined` is looked up as a global, and
 * private fields are searched in order, so that those in use most come first.
 */
export class Connection implements SocketHandler {
	/** When it last showed life, in counts of the service. */
	activity: number;
	#state: State = "reading";
	readonly #service: Service;
	readonly #socket: Socket;
	/** Read from the socket and not consumed. */
	#pending: Uint8Array | undefined;
	/** Bytes that the socket has to read, and takes to write. */
	#readable = 0;
	#writable = 0;
	/** Of the current request; between two, of the last one. */
	#head: Head | undefined;
	/** The body that is being read. */
	#body: Body | undefined;
	#response: Response | undefined;
	#output: Uint8Array | undefined;
	/** Close after the response. */
	#closing = false;
	#deadline: number;
	#progress: Progress | undefined;

	constructor(socket: Socket, service: Service) {
		this.#socket = socket;
		this.#service = service;
		this.#deadline = service.now + HEAD_TIME;
		this.activity = ++service.activity;
	}

	/** A request is being handled or answered. */
	get busy(): boolean {
		return this.#state === "handled" || this.#state === "answered";
	}

	onReadable(count: number): void {
		this.#readable = count;
		this.read(false);
	}

	onWritable(count: number): void {
		this.#writable = count;
		if (!this.#output) return;
		try {
			this.flush();
		} catch {
			this.drop();
		}
		this.read(true);
	}

	onError(): void {
		this.drop();
	}

	/** Closes, but not before a response that was given has been written. */
	close(): void {
		if (this.#response) this.#closing = true;
		else this.drop();
	}

	/** Closes at once. */
	drop(): void {
		if (this.#state === "closed") return;
		this.#state = "closed";
		this.#pending = this.#body = this.#output = undefined;
		this.#service.forget(this);
		try {
			this.#socket.close();
		} catch {
			// It is gone already.
		}
		this.tellSent();
	}

	/** Ends what takes too long at `now`. */
	sweep(now: number): void {
		// Deadlines start from the last sweep's time, which was up to an interval early. Half an interval tells the
		// sweep after the deadline's from the deadline's own, as timers are not exact: no deadline comes too soon.
		if (now <= this.#deadline + SWEEP_INTERVAL / 2 || this.#state === "handled") return;
		if (this.#state === "reading" && (this.#body || hasBegun(this.#progress))) {
			try {
				this.refuse(408, "request-timeout", "The request did not arrive in time.");
			} catch {
				this.drop();
			}
		} else this.drop();
	}

	/**
	 * Reads requests and has them handled as long as there is anything to read; `unseen`: the pending bytes were
	 * not looked at. Nothing escapes.
	 */
	private read(unseen: boolean): void {
		try {
			while (this.#state === "reading") {
				let bytes = this.#pending;
				if (!bytes || !unseen) {
					if (this.#readable <= 0) break;
					const more = this.#socket.read(READ_CHUNK);
					if (!more) break;
					this.#readable -= more.length;
					bytes = bytes ? join(bytes, more) : more;
					this.activity = ++this.#service.activity;
				}
				unseen = this.#body ? this.readBody(this.#body, bytes) : this.readHead(bytes);
			}
		} catch {
			this.recover();
		}
	}

	/** Looks for a head. False if it needs more bytes. */
	private readHead(bytes: Uint8Array): boolean {
		const service = this.#service;
		const head = service.parser.parse(bytes, this.#progress);
		if (head.kind !== "head") {
			if (head.kind === "refused") {
				this.#head = undefined;
				this.refuse(head.status, head.code, head.message);
			} else {
				// The time for a first head runs from the start, for a later one from its first byte.
				if (this.#head && hasBegun(head) && !hasBegun(this.#progress))
					this.#deadline = service.now + HEAD_TIME;
				this.#progress = head;
				this.#pending = bytes;
			}
			return false;
		}
		this.#head = head;
		if (this.#progress) this.#progress = undefined;
		const { length } = bytes;
		const { consumed, end } = head;
		if (end <= length) {
			if (end < length) this.#pending = bytes.subarray(end);
			else if (this.#pending) this.#pending = undefined;
			this.handle(consumed === end ? service.nothing : bytes.subarray(consumed, end));
			return true;
		}
		this.#pending = undefined;
		this.#body = head.chunked ? new ChunkedBody() : new FixedBody(end - consumed);
		this.#deadline = service.now + BODY_TIME;
		if (consumed < length) return this.readBody(this.#body, bytes.subarray(consumed));
		if (head.awaitsContinue) {
			this.#output = service.encoder.encodeContinue();
			this.flush();
		}
		return false;
	}

	/** Takes what belongs to the body. False if it needs more bytes. */
	private readBody(body: Body, bytes: Uint8Array): boolean {
		const taken = body.push(bytes);
		if (typeof taken !== "number") {
			this.refuse(taken.status, taken.code, taken.message);
			return false;
		}
		this.#pending = taken < bytes.length ? bytes.subarray(taken) : undefined;
		if (!body.done) return false;
		this.#body = undefined;
		this.handle(body.bytes);
		return true;
	}

	private handle(body: Uint8Array): void {
		const head = this.#head!;
		const service = this.#service;
		this.#state = "handling";
		service.handle(
			{
				method: head.method,
				target: head.target,
				path: head.path,
				host: head.host,
				contentType: head.contentType,
				authorization: head.authorization,
				origin: head.origin,
				body,
				secure: service.secure,
				remoteAddress: this.#socket.remoteAddress,
			},
			this.#respond,
		);
		if (this.#response) this.answer(this.#response);
		else if (this.#state === "handling") this.#state = "handled";
	}

	/** What the handler calls: at once, later, or when the connection is lost. */
	readonly #respond = (response: Response): void => {
		if (this.#response) return;
		if (this.#state === "handling") {
			// `handle` goes on with it.
			this.#response = response;
		} else if (this.#state === "handled") {
			this.#response = response;
			try {
				this.answer(response);
			} catch {
				this.drop();
			}
			this.read(true);
		} else tell(response);
	};

	/** After an exception. The handler's is answered. */
	private recover(): void {
		try {
			if (this.#state !== "handling") this.drop();
			else if (this.#response) this.answer(this.#response);
			else this.refuse(500, "internal", "The device failed to answer.");
		} catch {
			this.drop();
		}
	}

	private refuse(status: number, code: string, message: string): void {
		this.#closing = true;
		this.#response = { status, body: errorBody(code, message) };
		this.answer(this.#response);
	}

	private answer(response: Response): void {
		this.#state = "answered";
		const head = this.#head;
		let headers = response.headers ?? "";
		if (this.#closing || response.close || !head?.keepAlive) {
			this.#closing = true;
			headers += "Connection: close\r\n";
		} else if (head.old) headers += "Connection: keep-alive\r\n";
		const service = this.#service;
		const bytes = service.encoder.encode(response.status, headers, response.body, head?.method !== "HEAD");
		if (bytes.length <= this.#writable) {
			this.#writable = this.#socket.write(bytes);
			this.finish();
		} else {
			this.#deadline = service.now + WRITE_TIME;
			this.#output = this.#output ? join(this.#output, bytes) : bytes;
			this.flush();
		}
	}

	/** Writes as much as the socket takes of what could not be written at once. */
	private flush(): void {
		while (this.#output && this.#writable > 0) {
			const output = this.#output;
			const count = this.#writable;
			this.#output = count < output.length ? output.subarray(count) : undefined;
			this.#writable = this.#socket.write(this.#output ? output.subarray(0, count) : output);
		}
		if (!this.#output && this.#state === "answered") this.finish();
	}

	/** The response is written. */
	private finish(): void {
		this.tellSent();
		if (this.#closing) {
			this.discard();
			this.drop();
		} else if (this.#state === "answered") {
			this.#state = "reading";
			this.#deadline = this.#service.now + KEEP_ALIVE_TIME;
		}
	}

	/** Takes what has arrived: left unread, it would make TCP reset the connection and the client lose the answer. */
	private discard(): void {
		while (this.#readable > 0 && this.#state !== "closed") {
			const bytes = this.#socket.read(READ_CHUNK);
			if (!bytes) return;
			this.#readable -= bytes.length;
		}
	}

	private tellSent(): void {
		const response = this.#response;
		this.#response = undefined;
		if (response?.sent) tell(response);
	}
}

/** Something of a request has arrived. */
function hasBegun(progress: Progress | undefined): boolean {
	return progress ? progress.searched > progress.start : false;
}

function tell(response: Response): void {
	try {
		response.sent?.();
	} catch {
		// The connection is not to suffer from it.
	}
}
