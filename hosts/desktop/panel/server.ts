import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type DeskAction, deskActionOf } from "../action";
import type { Files } from "./files";
import type { Message } from "./message";

/** Nobody else's computer reaches it. */
const ADDRESS = "127.0.0.1";
const CONNECTIONS = 64;
/** Bytes of what a page asks for. */
const BODY = 256;
/** Bytes that wait for a page that does not read; more, and it has to ask anew. The whole is about 1.5 MB. */
const BACKLOG = 8_000_000;
/** A page from elsewhere cannot send it without asking first (CORS), and is refused then. */
const MARK = "x-ambient16";

const HEADERS = {
	"Content-Security-Policy":
		"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
	"X-Content-Type-Options": "nosniff",
	"Referrer-Policy": "no-referrer",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Cross-Origin-Opener-Policy": "same-origin",
	"Cache-Control": "no-store",
};

type Refusal = [status: number, text: string, more?: Record<string, string>];

export interface PanelServerOptions {
	files: Files;
	/** Tells everybody what there is to tell, and returns the whole. */
	whole(): Message;
	onAction(action: DeskAction): void;
	/** Nobody looks any more. */
	onLeft(): void;
}

/** Serves the panel to this computer, and to nobody whom a page from elsewhere has sent. */
export class PanelServer {
	#options: PanelServerOptions;
	#server: Server;
	#pages = new Set<ServerResponse>();
	/** By which this server is called: a name of somebody else's may lead here too (DNS rebinding). */
	#hosts: string[] = [];

	constructor(options: PanelServerOptions) {
		this.#options = options;
		this.#server = createServer((request, response) => this.#handle(request, response));
		this.#server.maxConnections = CONNECTIONS;
	}

	/** Opens `port`, or any free one if that is taken or one of `others`. Returns which; rejects if none can be. */
	async open(port: number, others: number[]): Promise<number> {
		await this.#listen(others.includes(port) ? 0 : port).catch(() => this.#listen(0));
		const { port: opened } = this.#server.address() as AddressInfo;
		this.#hosts = ["localhost", ADDRESS].map((name) => new URL(`http://${name}:${opened}`).host);
		return opened;
	}

	/** Tells every page. */
	send(message: Message): void {
		if (this.#pages.size === 0) return;
		const event = eventOf(message);
		for (const page of this.#pages) {
			if (page.writableLength > BACKLOG) page.destroy();
			else page.write(event);
		}
	}

	close(): void {
		this.#server.close();
		this.#server.closeAllConnections();
	}

	#listen(port: number): Promise<void> {
		return new Promise((resolve, reject) => {
			this.#server.once("error", reject);
			this.#server.listen(port, ADDRESS, () => {
				this.#server.off("error", reject);
				this.#server.on("error", () => {});
				resolve();
			});
		});
	}

	#handle(request: IncomingMessage, response: ServerResponse): void {
		const { url = "" } = request;
		const refusal = this.#refusal(request);
		if (refusal) answer(response, ...refusal);
		else if (url === "/do") void this.#take(request, response);
		else if (url === "/events") this.#follow(response);
		else {
			const { type, text } = this.#options.files[url]!;
			answer(response, 200, text, { "Content-Type": type });
		}
	}

	/** Why nothing is done for a request: status, reason and header fields. */
	#refusal({ method, url = "", headers }: IncomingMessage): Refusal | undefined {
		const { host = "", origin } = headers;
		if (!this.#hosts.includes(host)) return [403, "not the name of this panel"];
		if (origin !== undefined && origin !== `http://${host}`) return [403, "another origin"];
		if (url === "/do") {
			if (method !== "POST") return [405, "POST only", { Allow: "POST" }];
			return origin && headers[MARK] === "panel" ? undefined : [403, "not from the panel"];
		}
		if (url !== "/events" && !Object.hasOwn(this.#options.files, url)) return [404, "there is nothing here"];
		return method === "GET" ? undefined : [405, "GET only", { Allow: "GET" }];
	}

	/** Carries out what a page asks for. */
	async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
		let body = "";
		try {
			for await (const chunk of request.setEncoding("utf8")) {
				body += chunk;
				if (body.length > BODY) break;
			}
		} catch {
			return;
		}
		const action = body.length > BODY ? "too long" : deskActionOf(body);
		if (typeof action === "string") {
			answer(response, 400, action);
			return;
		}
		this.#options.onAction(action);
		response.writeHead(204, HEADERS).end();
	}

	/** Server-sent events, from the whole on. */
	#follow(response: ServerResponse): void {
		response.writeHead(200, { ...HEADERS, "Content-Type": "text/event-stream" });
		response.write(eventOf(this.#options.whole()));
		this.#pages.add(response);
		response.on("error", () => {});
		response.on("close", () => {
			this.#pages.delete(response);
			if (this.#pages.size === 0) this.#options.onLeft();
		});
	}
}

function eventOf(message: Message): string {
	return `data: ${JSON.stringify(message)}\n\n`;
}

function answer(
	response: ServerResponse,
	status: number,
	text: string,
	more: Record<string, string> = {},
): void {
	const plain = { ...HEADERS, "Content-Type": "text/plain; charset=utf-8" };
	response.writeHead(status, { ...plain, ...more }).end(text);
}
