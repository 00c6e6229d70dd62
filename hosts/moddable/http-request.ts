import type { Connect } from "../host";
import { type HttpAnswer, HttpReader } from "./http-reader";
import type { Line, Lines } from "./line";

export interface HttpRequest extends Connect {
	method: "GET" | "POST";
	target: string;
	headers: Readonly<Record<string, string>>;
	body?: Uint8Array;
}

/** Takes the answer. Nothing is called before the request's function has returned, nor after the end. */
export interface HttpHandler {
	/** Its head. */
	onHead(answer: HttpAnswer): void;
	/** The next bytes of its body. */
	onBody(bytes: Uint8Array): void;
	/** Anything has arrived. */
	onProgress?(): void;
	/** The answer is whole, or will not be, for that reason. */
	onEnd(error: string | undefined): void;
}

/** Read from a line at a time. */
const CHUNK = 1460;

/**
 * One HTTP/1.1 exchange (RFC 9112) on a connection of its own. The SDK's client will not do: it has no bound for a
 * line, a header or an answer's time, reads byte by byte, sends no port in Host, takes a body that ends with the
 * connection for an error, and throws out of the socket's callback at trailers and at what is not HTTP.
 *
 * The function returned ends it; nothing is called afterwards.
 */
export function exchange(lines: Lines, request: HttpRequest, handler: HttpHandler): () => void {
	let output: Uint8Array | undefined = encode(request);
	const reader = new HttpReader(handler);
	let over = false;
	const finish = (error: string | undefined) => {
		if (over) return;
		over = true;
		line.close();
		handler.onEnd(error);
	};
	const line: Line = lines.open(request, {
		onWritable(count) {
			for (let left = count; output && left > 0; ) {
				const bytes = output.subarray(0, left);
				output = bytes.length < output.length ? output.subarray(bytes.length) : undefined;
				left = line.write(bytes);
			}
		},
		onReadable() {
			for (let bytes = line.read(CHUNK); bytes && !over; bytes = line.read(CHUNK)) {
				handler.onProgress?.();
				const error = reader.push(bytes);
				if (error !== undefined || reader.done) finish(error);
			}
		},
		onEnd(error) {
			if (over) return;
			over = true;
			handler.onEnd(error ?? reader.end());
		},
	});
	return () => {
		over = true;
		line.destroy();
	};
}

function encode({ method, target, headers, endpoint, body }: HttpRequest): Uint8Array {
	const { host, port, secure } = endpoint;
	const usual = port === (secure ? 443 : 80);
	let head = `${method} ${target} HTTP/1.1\r\nHost: ${host}${usual ? "" : `:${port}`}\r\nConnection: close\r\n`;
	for (const [name, value] of Object.entries(headers)) head += `${name}: ${value}\r\n`;
	if (body) head += `Content-Length: ${body.length}\r\n`;
	const bytes = new TextEncoder().encode(`${head}\r\n`);
	if (!body) return bytes;
	const all = new Uint8Array(bytes.length + body.length);
	all.set(bytes);
	all.set(body, bytes.length);
	return all;
}
