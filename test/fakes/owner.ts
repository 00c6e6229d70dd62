import { createHash, createHmac } from "node:crypto";
import type { FakeHost } from "./host";
import type { FakePeer } from "./socket";

export const UUID = "0f8c6a1e-5b2d-4c37-9e84-d1a7603b5f92";

export interface Answer {
	status: number;
	headers: Map<string, string>;
	// biome-ignore lint/suspicious/noExplicitAny: whatever the device said
	body: any;
}

/** Of the last signed request. It rises for all: a program's time is later than that of the one before. */
let nonce = 0;

/** Talks to a device under test in a fake host, as its owner would. */
export class FakeOwner {
	readonly host: FakeHost;
	/** The UUID, or the secret of `key`. */
	uuid = UUID;
	/** The id of the key that it has in place of the UUID. */
	key: string | undefined;
	address = "192.0.2.1";

	constructor(host: FakeHost) {
		this.host = host;
	}

	/** A program that the owner gave a key. */
	program(id: string): FakeOwner {
		const program = new FakeOwner(this.host);
		program.uuid = keySecret(this.uuid, id);
		program.key = id;
		return program;
	}

	get(kind: "http" | "https" = "http"): Answer {
		return this.send("GET / HTTP/1.1\r\nHost: sensor\r\n\r\n", kind);
	}

	get token(): string {
		return this.get(this.host.network.isOpen("http") ? "http" : "https").body.token;
	}

	/** A POST as it stands. */
	post(body: object | string, kind: "http" | "https" = "http", headers = ""): Answer {
		return this.send(this.#message(body, headers), kind);
	}

	/** Commands with the MD5 secret. */
	command(commands: object, kind: "http" | "https" = "http"): Answer {
		return this.post(this.#withSecret(commands), kind);
	}

	/** Commands with a signature. */
	signed(commands: object, kind: "http" | "https" = "http"): Answer {
		return this.send(this.sign(commands), kind);
	}

	/** Sends such commands and leaves the connection in the hands of the test. */
	openSigned(commands: object, kind: "http" | "https" = "http"): FakePeer {
		return this.host.network.visit(kind, this.address).send(this.sign(commands));
	}

	pair(kind: "http" | "https" = "https", pair: object = { uuid: this.uuid }): Answer {
		return this.post({ udid: this.host.udid, pair }, kind);
	}

	/** Sends a command and leaves the connection in the hands of the test. */
	open(commands: object, kind: "http" | "https" = "http", window?: number): FakePeer {
		const message = this.#message(this.#withSecret(commands));
		return this.host.network.visit(kind, this.address, window).send(message);
	}

	send(message: string, kind: "http" | "https"): Answer {
		const peer = this.host.network.visit(kind, this.address).send(message);
		const answer = parse(peer);
		peer.disconnect();
		return answer;
	}

	/** The bytes of such a request. */
	sign(commands: object): string {
		const body = JSON.stringify({ udid: this.host.udid, ...commands });
		const token = this.token;
		const nc = ++nonce;
		const digest = createHash("sha256").update(body).digest("hex");
		const mac = createHmac("sha256", this.uuid).update(`${token}\n${nc}\nPOST\n/\n${digest}`).digest("hex");
		const key = this.key === undefined ? "" : `, key="${this.key}"`;
		return this.#message(
			body,
			`Authorization: Ambient16 token="${token}", nc="${nc}"${key}, mac="${mac}"\r\n`,
		);
	}

	#withSecret(commands: object): object {
		const secret = createHash("md5")
			.update(this.token + this.uuid)
			.digest("hex");
		return { udid: this.host.udid, secret, key: this.key, ...commands };
	}

	#message(body: object | string, headers = ""): string {
		const text = typeof body === "string" ? body : JSON.stringify(body);
		return `POST / HTTP/1.1\r\nHost: sensor\r\n${headers}Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
	}
}

/** The secret of a key, as docs/protocol.md has it. */
export function keySecret(uuid: string, id: string): string {
	return createHmac("sha256", uuid.toLowerCase()).update(`Ambient16 key\n${id}`).digest("hex");
}

/** Reads the one answer that the device has sent. */
export function parse(peer: FakePeer): Answer {
	const [head = "", ...rest] = peer.text.split("\r\n\r\n");
	const [statusLine = "", ...lines] = head.split("\r\n");
	const headers = new Map(
		lines.map((line) => {
			const colon = line.indexOf(":");
			return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
		}),
	);
	const text = rest.join("\r\n\r\n");
	return { status: Number(statusLine.split(" ")[1]), headers, body: text ? JSON.parse(text) : undefined };
}
