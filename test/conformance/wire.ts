import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls, type SecureVersion, type TLSSocket } from "node:tls";
import { fingerprintOf, type Reply } from "../support/owner";

export interface Endpoint {
	host: string;
	port: number;
	secure: boolean;
}

/** Of a URL that begins with http:// or https://. */
export function endpointOf(url: string): Endpoint {
	const { protocol, hostname, port } = new URL(url);
	const secure = protocol === "https:";
	return { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || (secure ? 443 : 80)), secure };
}

export interface WireOptions {
	/** The source address. */
	from?: string | undefined;
	/** Sees every byte that comes. */
	tap?: (bytes: Buffer) => void;
	/** The TLS version to insist on. */
	version?: SecureVersion;
}

export interface WireResponse {
	status: number;
	/** Names in lower case. */
	headers: Map<string, string>;
	/** The head as it came. */
	head: string;
	text: string;
	json: Reply;
}

/** ms to wait for what should come at once; a board does TLS in seconds, and a busy one lets others wait. */
const PATIENCE = 20_000;

/** One connection, byte for byte: sends what it is given and takes nothing but exact HTTP/1.1 for an answer. */
export class Wire {
	/** SHA-256 of the certificate that the server showed. */
	readonly fingerprint: string | undefined;
	#socket: Socket;
	#received = Buffer.alloc(0);
	#over = false;
	#wake: () => void = () => {};

	private constructor(socket: Socket, fingerprint: string | undefined, tap?: (bytes: Buffer) => void) {
		this.fingerprint = fingerprint;
		this.#socket = socket;
		socket.setNoDelay();
		socket.on("data", (bytes: Buffer) => {
			tap?.(bytes);
			this.#received = Buffer.concat([this.#received, bytes]);
			this.#wake();
		});
		const over = () => {
			this.#over = true;
			this.#wake();
		};
		socket.on("end", over);
		socket.on("close", over);
	}

	/** Rejects if the connection is refused or TLS fails. */
	static open({ host, port, secure }: Endpoint, { from, tap, version }: WireOptions = {}): Promise<Wire> {
		return new Promise((resolve, reject) => {
			const tcp = connectTcp({ host, port, localAddress: from, allowHalfOpen: true });
			const socket = secure
				? connectTls({
						socket: tcp,
						rejectUnauthorized: false,
						...(version && { minVersion: version, maxVersion: version, ciphers: "DEFAULT@SECLEVEL=0" }),
					})
				: tcp;
			const timer = setTimeout(() => socket.destroy(new Error("no connection in time")), PATIENCE);
			socket.on("error", (error) => {
				clearTimeout(timer);
				reject(error);
			});
			socket.once("close", () => reject(new Error("the connection was closed at once")));
			socket.once(secure ? "secureConnect" : "connect", () => {
				clearTimeout(timer);
				resolve(new Wire(socket, secure ? fingerprintOf(socket as TLSSocket) : undefined, tap));
			});
		});
	}

	send(data: string | Uint8Array): this {
		if (!this.#socket.destroyed && this.#socket.writable) this.#socket.write(data);
		return this;
	}

	/** Each byte in a segment of its own, as far as the network lets it be. */
	async sendByByte(data: string, pause = 0): Promise<void> {
		for (const byte of Buffer.from(data)) {
			if (this.#over || !this.#socket.writable) return;
			await new Promise<void>((resolve) => this.#socket.write(Uint8Array.of(byte), () => resolve()));
			if (pause) await new Promise((resolve) => setTimeout(resolve, pause));
			else await new Promise((resolve) => setImmediate(resolve));
		}
	}

	/** Closes the sending side alone. */
	end(): this {
		this.#socket.end();
		return this;
	}

	/** Takes nothing more off the wire. */
	stopReading(): this {
		this.#socket.pause();
		return this;
	}

	/** Vanishes with a reset. Not for TLS. */
	vanish(): void {
		this.#socket.resetAndDestroy();
	}

	close(): void {
		this.#socket.destroy();
	}

	/** The device has closed the connection (or its sending side). */
	get isOver(): boolean {
		return this.#over;
	}

	/** The next response; `method` is that of its request. Throws if there is none, or one that is not exact. */
	async response(method = "POST", patience = PATIENCE): Promise<WireResponse> {
		const end = await this.#until(() => this.#received.indexOf("\r\n\r\n"), patience, "a response");
		const head = this.#received.subarray(0, end).toString("latin1");
		const [statusLine = "", ...lines] = head.split("\r\n");
		const [, status] = /^HTTP\/1\.[01] ([1-5]\d\d) [\x20-\x7e]*$/.exec(statusLine) ?? [];
		if (!status) throw new Error(`not a status line: ${JSON.stringify(statusLine.slice(0, 80))}`);
		const headers = new Map<string, string>();
		for (const line of lines) {
			const [, name, value] = /^([\w!#$%&'*+.^`|~-]+):[ \t]*([\x20-\x7e]*)$/.exec(line) ?? [];
			if (name === undefined) throw new Error(`not a header field: ${JSON.stringify(line.slice(0, 80))}`);
			if (headers.has(name.toLowerCase())) throw new Error(`${name} is there twice`);
			headers.set(name.toLowerCase(), value as string);
		}
		this.#received = this.#received.subarray(end + 4);
		const informational = status.startsWith("1");
		const length = headers.get("content-length");
		if (!informational && !/^\d+$/.test(length ?? "")) throw new Error(`Content-Length is ${length}`);
		if (headers.has("transfer-encoding")) throw new Error("Transfer-Encoding beside Content-Length");
		const size = informational || method === "HEAD" ? 0 : Number(length);
		await this.#until(() => (this.#received.length >= size ? 0 : -1), patience, `a body of ${size} bytes`);
		const text = new TextDecoder("utf-8", { fatal: true }).decode(this.#received.subarray(0, size));
		this.#received = this.#received.subarray(size);
		const json: Reply = text === "" ? {} : JSON.parse(text);
		return { status: Number(status), headers, head, text, json };
	}

	/** Waits until the device closes the connection; throws if anything comes before, or if it stays open. */
	async closed(patience = PATIENCE): Promise<void> {
		await this.#until(() => (this.#over ? 0 : -1), patience, "the end of the connection", false);
		if (this.#received.length > 0)
			throw new Error(`something came after the last response: ${JSON.stringify(this.rest.slice(0, 80))}`);
	}

	/** What came and was not taken as a response yet. */
	get rest(): string {
		return this.#received.toString("latin1");
	}

	/** Waits for `found` to be 0 or more. */
	async #until(found: () => number, patience: number, wanted: string, failWhenOver = true): Promise<number> {
		const deadline = performance.now() + patience;
		for (;;) {
			const index = found();
			if (index >= 0) return index;
			if (this.#over && failWhenOver) throw new Error(`the connection was closed instead of ${wanted}`);
			const left = deadline - performance.now();
			if (left <= 0) throw new Error(`waited ${Math.round(patience / 1000)} s for ${wanted}`);
			await new Promise<void>((resolve) => {
				const timer = setTimeout(resolve, left);
				this.#wake = () => {
					clearTimeout(timer);
					resolve();
				};
			});
		}
	}
}
