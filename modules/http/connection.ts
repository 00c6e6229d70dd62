import type { Socket, SocketHandler } from "../../hosts/host";
import { join } from "../bytes";
import {
	BODY_TIME,
	HEAD_TIME,
	KEEP_ALIVE,
	KEEP_ALIVE_TIME,
	READ_CHUNK,
	SWEEP_INTERVAL,
	WRITE_TIME,
} from "../limits";
import type { AnswerEncoder } from "./answer";
import { type Body, type Bounds, FixedBody } from "./body";
import { ChunkedBody } from "./chunked";
import { errorBody, type Refusal } from "./errors";
import type { Progress } from "./frame";
import type { Handler, Request, Response } from "./message";
import type { Head, HeadParser } from "./parser";

/** What all connections of a server share. */
export interface Service {
	readonly bounds: Bounds;
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

const KEPT = `Connection: keep-alive\r\nKeep-Alive: timeout=${KEEP_ALIVE}\r\n`;

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
	/** Bytes that the socket has to read, and takes to write. */
	#readable = 0;
	#response: Response | undefined;
	readonly #socket: Socket;
	/** Read from the socket and not consumed. */
	#pending: Uint8Array | undefined;
	#writable = 0;
	/** The body that is being read. */
	#body: Body | undefined;
	/** Of the current request; between two, of the last one. */
	#head: Head | undefined;
	#progress: Progress | undefined;
	/** Close after the response. */
	#closing = false;
	#deadline: number;
	#output: Uint8Array | undefined;
	/** What follows the output: the body, where it lies. */
	#file: Uint8Array | undefined;

	constructor(socket: Socket, service: Service) {
		this.#socket = socket;
		this.#service = service;
		this.#deadline = service.now + HEAD_TIME;
		this.activity = ++service.activity;
	}

	get remoteAddress(): string {
		return this.#socket.remoteAddress;
	}

	/** It is between two requests. */
	get resting(): boolean {
		return this.#state === "reading" && this.#head !== undefined && !this.#body && !hasBegun(this.#progress);
	}

	/** A request is being handled or answered. */
	get busy(): boolean {
		return this.#state === "handled" || this.#state === "answered";
	}

	/**
	 * Reads requests and has them handled as long as there is anything to read. `unseen`: what is pending was not
	 * looked at. Nothing escapes.
	 */
	onReadable(count: number, unseen?: boolean): void {
		this.#readable = count;
		if (this.#state !== "reading") return;
		try {
			do {
				let bytes = this.#pending;
				if (!bytes || !unseen) {
					const more = this.#socket.read(READ_CHUNK);
					if (!more) break;
					count -= more.length;
					this.#readable = count;
					bytes = bytes ? join(bytes, more) : more;
					this.activity = ++this.#service.activity;
				}
				unseen = this.#body ? this.readBody(this.#body, bytes) : this.readHead(bytes);
			} while ((count > 0 || (unseen && this.#pending)) && this.#state === "reading");
		} catch {
			this.recover();
		}
	}

	onWritable(count: number): void {
		this.#writable = count;
		if (!this.#output) return;
		try {
			this.flush();
		} catch {
			this.drop();
		}
		this.onReadable(this.#readable, true);
	}

	onError(): void {
		this.drop();
	}

	/** Closes, but not before a response that was given has been written. */
	close(): void {
		if (this.#response || this.#state === "answered") this.#closing = true;
		else this.drop();
	}

	/** Closes at once. */
	drop(): void {
		if (this.#state === "closed") return;
		this.#state = "closed";
		this.#pending = this.#body = this.#output = this.#file = undefined;
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

	/** Looks for a head, and has the request handled if it is whole. False if it needs more bytes. */
	private readHead(bytes: Uint8Array): boolean {
		const service = this.#service;
		const head = service.parser.parse(bytes, this.#progress);
		if (head.kind !== "head") {
			this.wait(head, bytes);
			return false;
		}
		this.#head = head;
		const end = head.end;
		const length = bytes.length;
		if (end > length) return this.beginBody(head, bytes);
		if (end < length) this.#pending = bytes.subarray(end);
		else if (this.#pending) this.#pending = undefined;
		if (this.#progress) this.#progress = undefined;
		this.handle(
			this.request(head, head.consumed === end ? service.nothing : bytes.subarray(head.consumed, end)),
		);
		return true;
	}

	/** There is no head yet, and will be none if it was refused. */
	private wait(head: Progress | Refusal, bytes: Uint8Array): void {
		if (head.kind === "refused") {
			this.#head = undefined;
			this.refuse(head.status, head.code, head.message);
			return;
		}
		// The time for a first head runs from the start, for a later one from its first byte.
		if (this.#head && hasBegun(head) && !hasBegun(this.#progress))
			this.#deadline = this.#service.now + HEAD_TIME;
		this.#progress = head;
		this.#pending = bytes;
	}

	/** The body is not whole, or its length not known. False if it needs more bytes. */
	private beginBody({ consumed, end, chunked, awaitsContinue }: Head, bytes: Uint8Array): boolean {
		const { now, encoder, bounds } = this.#service;
		this.#progress = this.#pending = undefined;
		this.#body = chunked ? new ChunkedBody(bounds) : new FixedBody(end - consumed);
		this.#deadline = now + BODY_TIME;
		if (consumed < bytes.length) return this.readBody(this.#body, bytes.subarray(consumed));
		if (awaitsContinue) {
			this.#output = encoder.encodeContinue();
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
		this.handle(this.request(this.#head!, body.take()));
		return true;
	}

	private request(head: Head, body: Uint8Array): Request {
		return { head, body, secure: this.#service.secure, remoteAddress: this.#socket.remoteAddress };
	}

	/** While this runs, nothing but the request holds its body, which its handler may let go. */
	private handle(request: Request): void {
		this.#state = "handling";
		const response = this.#service.handle(request, (later) => this.respond(later));
		if (this.#response) this.answer(this.#response);
		else if (this.#state !== "handling") {
			if (response) tell(response);
		} else if (response) this.answer(response);
		else this.#state = "handled";
	}

	/** What the handler calls: at once, later, or when the connection is lost. */
	private respond(response: Response): void {
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
			this.onReadable(this.#readable, true);
		} else tell(response);
	}

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
		this.#response = response;
		const head = this.#head;
		let headers = response.headers ?? "";
		if (this.#closing || response.close || !head?.keepAlive) {
			this.#closing = true;
			headers += "Connection: close\r\n";
		} else headers += KEPT;
		const service = this.#service;
		const withBody = head?.method !== "HEAD";
		const bytes = service.encoder.encode(response, headers, withBody);
		if (withBody && response.file) this.#file = response.file.bytes;
		this.send(bytes);
	}

	/** Writes a response. */
	private send(bytes: Uint8Array): void {
		if (this.#file || bytes.length > this.#writable) {
			this.#deadline = this.#service.now + WRITE_TIME;
			this.#output = this.#output ? join(this.#output, bytes) : bytes;
			this.flush();
			return;
		}
		this.#writable = this.#socket.write(bytes);
		this.finish();
	}

	/** Writes as much as the socket takes of what could not be written at once. */
	private flush(): void {
		while (this.#output && this.#writable > 0) {
			const output = this.#output;
			const count = this.#writable;
			const whole = count >= output.length;
			this.#output = whole ? this.#file : output.subarray(count);
			if (whole) this.#file = undefined;
			this.#writable = this.#socket.write(whole ? output : output.subarray(0, count));
		}
		if (!this.#output && this.#state === "answered") this.finish();
	}

	/** The response is written. */
	private finish(): void {
		if (this.#response) this.tellSent();
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
