import { createHash, createHmac, randomUUID, type X509Certificate } from "node:crypto";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { TLSSocket } from "node:tls";

/**
 * The owner's side of docs/protocol.md, written from that page alone: it shares no line with the firmware,
 * so that a mistake on one side shows.
 */

/** `secret` of a command: the MD5 of the token followed by the UUID. */
export function md5Secret(token: string, uuid: string): string {
	return createHash("md5")
		.update(token + uuid)
		.digest("hex");
}

/** The secret of a key: what it is keyed with in place of the UUID. */
export function keySecret(uuid: string, id: string): string {
	return createHmac("sha256", uuid.toLowerCase()).update(`Ambient16 key\n${id}`).digest("hex");
}

export interface Signed {
	token: string;
	/** Must rise with every request under one token. A string goes as it is, to try what is not allowed. */
	nc: number | string;
	uuid: string;
	/** The id of the key to sign with. */
	key?: string | undefined;
	body: string | Uint8Array;
	method?: string;
	path?: string;
}

/** The HMAC-SHA256 of a signed request. */
export function mac({ token, nc, uuid, key, body, method = "POST", path = "/" }: Signed): string {
	const digest = createHash("sha256").update(body).digest("hex");
	const secret = key === undefined ? uuid : keySecret(uuid, key);
	return createHmac("sha256", secret).update([token, nc, method, path, digest].join("\n")).digest("hex");
}

/** The value of `Authorization` of a signed request. */
export function sign(signed: Signed): string {
	const key = signed.key === undefined ? "" : `key="${signed.key}", `;
	return `Ambient16 token="${signed.token}", nc="${signed.nc}", ${key}mac="${mac(signed)}"`;
}

/** What `proof` in the answer to `setHttps` must be. */
export function httpsProof(uuid: string, token: string, fingerprint: string): string {
	return createHmac("sha256", uuid).update(`${token}\n${fingerprint}`).digest("hex");
}

/** Every answer of the device: all keys that there may be. */
export interface Reply {
	type?: string;
	version?: string;
	udid?: string;
	deviceType?: string;
	token?: string;
	auth?: string[];
	paired?: boolean;
	https?: number;
	status?: "ok" | "error";
	code?: string;
	message?: string;
	setColor?: { color: string; effect: string; duration: number; intensity: number };
	/** As docs/protocol.md has it. */
	getStatus?: Record<string, unknown>;
	getData?: { window: Window | null; events: { motion: Record<string, number> } };
	setHttps?: {
		enabled: boolean;
		url?: string;
		fingerprint?: string;
		proof?: string;
		idle?: number;
		limit?: number;
	};
	getSettings?: { auth: { md5: boolean }; keys: Keys; wifi: { ssid: string } | null };
	setKeys?: { generation: number; revoked: string[] };
	setAuth?: { md5: boolean };
	pair?: { paired: boolean };
	restart?: { restarting: boolean };
	factoryReset?: { resetting: boolean };
}

export interface Keys {
	generation: number;
	revoked: string[];
	seen: { name: string; scope: string; time: number | null }[];
}

export interface Window {
	time: number;
	seconds: number;
	samples: number;
	temperature?: number;
	humidity?: number;
	pressure?: number;
	illuminance?: number;
	co2?: number;
	motion?: number;
	motionEvents: number;
}

export interface Answer {
	status: number;
	headers: IncomingMessage["headers"];
	text: string;
	json: Reply;
	/** SHA-256 of the certificate that the server showed. */
	fingerprint: string | undefined;
}

export interface RequestOptions {
	method?: string;
	headers?: Record<string, string>;
	body?: string;
	/** The source address, where the machine has several (127.0.0.2). */
	from?: string;
}

/** One request over a connection of its own. Any certificate is taken: the caller compares its fingerprint. */
export function request(url: string, options: RequestOptions = {}): Promise<Answer> {
	const { method = options.body === undefined ? "GET" : "POST", headers = {}, body, from } = options;
	return new Promise((resolve, reject) => {
		let fingerprint: string | undefined;
		const send = url.startsWith("https:") ? httpsRequest : httpRequest;
		const outgoing = send(
			url,
			{ method, headers, agent: false, timeout: 60_000, rejectUnauthorized: false, localAddress: from },
			(response) => {
				const chunks: Buffer[] = [];
				response.on("data", (chunk: Buffer) => chunks.push(chunk));
				response.on("error", reject);
				response.on("end", () => {
					const text = Buffer.concat(chunks).toString();
					const { statusCode: status = 0, headers } = response;
					let json: Reply = {};
					try {
						json = JSON.parse(text);
					} catch {}
					resolve({ status, headers, text, json, fingerprint });
				});
			},
		);
		outgoing.on("socket", (socket) =>
			socket.on("secureConnect", () => {
				fingerprint = fingerprintOf(socket as TLSSocket);
			}),
		);
		outgoing.on("timeout", () => outgoing.destroy(new Error(`no answer from ${url}`)));
		outgoing.on("error", reject);
		outgoing.end(body);
	});
}

/** SHA-256, in lower-case hex, of the certificate that the other side of `socket` has shown. */
export function fingerprintOf(socket: TLSSocket): string {
	const { raw } = socket.getPeerX509Certificate() as X509Certificate;
	return createHash("sha256").update(raw).digest("hex");
}

/** Someone who gives a device its UUID and then commands it. */
export class Owner {
	readonly uuid: string;
	#url: string;
	#nonce = 0;

	/** `url` of plain HTTP. */
	constructor(url: string, uuid: string = randomUUID()) {
		this.#url = url;
		this.uuid = uuid;
	}

	/** `GET /`. */
	async identify(url = this.#url): Promise<Reply> {
		return (await request(url)).json;
	}

	/** Gives the device its owner, over HTTPS; waits for that to open, as it takes a certificate first. */
	async pair(httpsUrl: string, wifi?: { ssid: string; password: string }): Promise<Answer> {
		const { udid } = await this.identify();
		const body = JSON.stringify({ udid, pair: { uuid: this.uuid, wifi } });
		return untilOpen(() => request(httpsUrl, { body }));
	}

	/** Commands with the MD5 secret. */
	async send(commands: object, url = this.#url): Promise<Answer> {
		const { udid, token = "" } = await this.identify(url);
		return request(url, {
			body: JSON.stringify({ udid, secret: md5Secret(token, this.uuid), ...commands }),
		});
	}

	/** Commands in a signed request. */
	async sendSigned(commands: object, url = this.#url): Promise<Answer> {
		const { udid, token = "" } = await this.identify(url);
		const body = JSON.stringify({ udid, ...commands });
		return request(url, { body, headers: { Authorization: this.sign(token, body) } });
	}

	/** `Authorization` of a request to be sent after all signed before. */
	sign(token: string, body: string): string {
		this.#nonce = Math.max(this.#nonce + 1, Date.now());
		return sign({ token, nc: this.#nonce, uuid: this.uuid, body });
	}
}

/** Does `task` again as long as the connection is refused, or cut off as it is by a port that is only tried. */
export async function untilOpen<T>(task: () => Promise<T>, patience = 60_000): Promise<T> {
	const deadline = performance.now() + patience;
	for (;;) {
		try {
			return await task();
		} catch (error) {
			const { code = "" } = error as NodeJS.ErrnoException;
			if (!["ECONNREFUSED", "ECONNRESET"].includes(code) || performance.now() > deadline) throw error;
			await new Promise((resolve) => setTimeout(resolve, 20));
		}
	}
}

/** Waits until `task` finds the connection refused; throws if it never does. */
export async function untilClosed(task: () => Promise<unknown>, patience = 30_000): Promise<void> {
	const deadline = performance.now() + patience;
	for (;;) {
		const code = await task().then(
			() => "it answers",
			(error: NodeJS.ErrnoException) => error.code ?? error.message,
		);
		if (code === "ECONNREFUSED") return;
		// One that was accepted before the port closed may be cut off.
		if (performance.now() > deadline) throw new Error(`the port did not close: ${code}`);
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}
