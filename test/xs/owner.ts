import assert from "node:assert/strict";
import { Wire, type WireResponse } from "../conformance/wire";
import { md5Secret, sign } from "../support/owner";
import type { Bench } from "./bench";

export const UDID = "10000fb38278";
export const UUID = "0f8c6a1e-5b2d-4c37-9e84-d1a7603b5f92";

/** The head of a request as curl sends it. */
export function head(method: string, fields = ""): string {
	return `${method} / HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n${fields}\r\n`;
}

export const GET = head("GET");

export function post(body: string, fields = ""): string {
	const length = Buffer.byteLength(body);
	return `${head("POST", `${fields}Content-Type: application/json\r\nContent-Length: ${length}\r\n`)}${body}`;
}

/** Talks to a device on the bench, as its owner would. */
export class BenchOwner {
	readonly bench: Bench;
	uuid = UUID;
	#token = "";
	#nonce = 0;

	constructor(bench: Bench) {
		this.bench = bench;
	}

	/** Opens a connection to the plain port, or to the one that stands for HTTPS. */
	async open(kind: "http" | "https" = "http"): Promise<Wire> {
		const port = (await this.bench.ports())[kind];
		assert.ok(port, `${kind} is not open`);
		return Wire.open({ host: "127.0.0.1", port, secure: kind === "https" && this.bench.tls });
	}

	/** One request on a connection of its own. */
	async send(request: string, kind: "http" | "https" = "http"): Promise<WireResponse> {
		const wire = await this.open(kind);
		try {
			return await wire.send(request).response(request.slice(0, request.indexOf(" ")));
		} catch (error) {
			// If that was the device's end, this tells why.
			await this.bench.measure();
			throw error;
		} finally {
			wire.close();
		}
	}

	/** Pairs the device, perhaps with a network for it, and waits until it has become an owned one. */
	async pair(wifi?: object): Promise<void> {
		const { status, text } = await this.send(
			post(JSON.stringify({ udid: UDID, pair: { uuid: this.uuid, wifi } })),
			"https",
		);
		assert.equal(status, 200, text);
		await this.bench.advance(1_000);
		await this.learn();
	}

	/** Asks for the token in force. */
	async learn(kind: "http" | "https" = "http"): Promise<void> {
		this.#token = (await this.send(GET, kind)).json.token as string;
	}

	/** Commands with the MD5 secret; `padding` is white space in the body. */
	md5(commands: object, padding = ""): string {
		const secret = md5Secret(this.#token, this.uuid);
		return post(JSON.stringify({ udid: UDID, secret, ...commands }) + padding);
	}

	/** Commands in a signed request, to be sent after all signed before. `key`: the id of a key to sign with. */
	signed(commands: object, key?: string): string {
		const body = JSON.stringify({ udid: UDID, ...commands });
		const authorization = sign({ token: this.#token, nc: ++this.#nonce, uuid: this.uuid, key, body });
		return post(body, `Authorization: ${authorization}\r\n`);
	}
}

/** A device with an owner, idle. */
export async function pairedOwner(bench: Bench, wifi?: object): Promise<BenchOwner> {
	const owner = new BenchOwner(bench);
	await owner.pair(wifi);
	return owner;
}
