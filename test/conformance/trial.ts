import { keySecret, md5Secret, type Reply, sign } from "../support/owner";
import { Skip } from "./rule";
import type { Subject } from "./subject";
import { Wire, type WireOptions, type WireResponse } from "./wire";

export interface Where {
	/** Over TLS. */
	secure?: boolean;
	/** The source address. */
	from?: string | undefined;
	/** The id of a key, in place of the UUID. */
	key?: string | undefined;
}

export interface Message extends Where {
	method?: string;
	path?: string;
	headers?: Record<string, string>;
	body?: string | undefined;
}

/** What one rule may do with the device. Closes its connections when the rule is done. */
export class Trial {
	readonly subject: Subject;
	#wires: Wire[] = [];

	constructor(subject: Subject) {
		this.subject = subject;
	}

	get udid(): string {
		return this.subject.udid;
	}

	get uuid(): string {
		if (!this.subject.uuid) throw new Skip("the device's UUID is not known");
		return this.subject.uuid;
	}

	async open({ secure = false, ...options }: Where & WireOptions = {}): Promise<Wire> {
		const endpoint = secure ? this.subject.https : this.subject.http;
		if (!endpoint) throw new Skip("no --https");
		const wire = await Wire.open(endpoint, { ...options, tap: this.subject.tap() });
		this.#wires.push(wire);
		return wire;
	}

	/** One request on a connection of its own. */
	async send(message: Message): Promise<WireResponse> {
		return this.exchange(this.text(message), message);
	}

	/** The same with a request that is given as it is. */
	async exchange(text: string, { method = "POST", ...where }: Where & { method?: string } = {}) {
		const wire = await this.open(where);
		try {
			return await wire.send(text).response(method);
		} finally {
			wire.close();
		}
	}

	/** `GET /`. */
	async identify(where: Where = {}): Promise<Reply> {
		return (await this.send({ ...where, method: "GET" })).json;
	}

	/** Whether the device's clock is set: it tells the time (RFC 9110, 6.6.1). An access point has no time server. */
	async hasClock(): Promise<boolean> {
		return (await this.send({ method: "GET" })).headers.has("date");
	}

	/** A body that is not signed; the caller puts the secret into it. */
	post(body: object | string, { headers, ...where }: Message = {}): Promise<WireResponse> {
		return this.send({
			...where,
			headers: headers ?? {},
			body: typeof body === "string" ? body : JSON.stringify(body),
		});
	}

	/** Commands by the owner, signed. */
	command(commands: object | string, where: Where = {}): Promise<WireResponse> {
		return this.subject.signing(async (nonce) =>
			this.exchange(await this.#sign(commands, where, nonce()), where),
		);
	}

	/** The bytes of such a request, to be sent before anything else is signed. */
	signed(commands: object | string, where: Where = {}): Promise<string> {
		return this.subject.signing((nonce) => this.#sign(commands, where, nonce()));
	}

	async #sign(commands: object | string, where: Where, nc: number): Promise<string> {
		const { token = "" } = await this.identify(where);
		const body = typeof commands === "string" ? commands : JSON.stringify({ udid: this.udid, ...commands });
		const authorization = sign({ token, nc, uuid: this.uuid, key: where.key, body });
		return this.text({ ...where, body, headers: { Authorization: authorization } });
	}

	/** Commands by the owner, with the MD5 secret. */
	async commandMd5(commands: object, where: Where = {}): Promise<WireResponse> {
		const { key } = where;
		const proof = key === undefined ? this.uuid : keySecret(this.uuid, key);
		const secret = md5Secret((await this.identify(where)).token ?? "", proof);
		return this.post({ udid: this.udid, secret, key, ...commands }, where);
	}

	/** The bytes of a request. */
	text({ method = "POST", path = "/", headers = {}, body, secure = false }: Message): string {
		const { host, port } = (secure ? this.subject.https : this.subject.http) ?? this.subject.http;
		const name = host.includes(":") ? `[${host}]` : host;
		let head = `${method} ${path} HTTP/1.1\r\nHost: ${name}:${port}\r\n`;
		if (body !== undefined) head += `Content-Length: ${Buffer.byteLength(body)}\r\n`;
		for (const [name, value] of Object.entries(headers)) head += `${name}: ${value}\r\n`;
		return `${head}\r\n${body ?? ""}`;
	}

	/** Closes all connections of the rule. */
	close(): void {
		for (const wire of this.#wires) wire.close();
	}
}
