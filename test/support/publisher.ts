import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import { type Manifest, signedText } from "../../modules/update/manifest";
import type { Scope } from "./desk";

/**
 * A program with other values of constants, by their names: of a bundle that keeps names. Throws if one is not
 * there, or not the only one.
 */
export function alter(program: string, constants: Record<string, string | number>): string {
	let altered = program;
	for (const [name, value] of Object.entries(constants)) {
		const definition = new RegExp(`\\b${name} ?= ?("[^"]*"|[\\d.e_]+)`, "g");
		const count = altered.match(definition)?.length ?? 0;
		if (count !== 1) throw new Error(`${name} is defined ${count} times`);
		altered = altered.replace(definition, () => `${name}=${JSON.stringify(value)}`);
	}
	return altered;
}

/** Does something else than to answer with a file; false if it did not. */
export type Misbehave = (path: string, response: ServerResponse, request: IncomingMessage) => boolean;

/** Someone who signs updates, and a server that has them. */
export class Publisher {
	/** The public half, as hosts/update-key.ts has it. */
	readonly key: string;
	readonly files = new Map<string, Buffer>();
	/** Paths that were asked for. */
	readonly asked: string[] = [];
	misbehave: Misbehave = () => false;
	readonly #private: KeyObject;
	#base = "";

	/** With a key of its own, unless one is given. */
	constructor(key: KeyObject = generateKeyPairSync("ec", { namedCurve: "prime256v1" }).privateKey) {
		this.#private = key;
		this.key = createPublicKey(key).export({ format: "der", type: "spki" }).toString("base64");
	}

	/** On loopback, over TLS with `identity`. `scope` ends it. */
	async serve(scope: Scope, identity?: Pick<ServerOptions, "key" | "cert">): Promise<void> {
		const answer = (request: IncomingMessage, response: ServerResponse) => {
			const path = request.url ?? "";
			this.asked.push(path);
			if (this.misbehave(path, response, request)) return;
			const file = this.files.get(path);
			response.writeHead(file ? 200 : 404, { "Content-Length": file?.length ?? 0 }).end(file);
		};
		const server = identity ? createSecureServer(identity, answer) : createServer(answer);
		await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
		scope.after(() => {
			server.close();
			server.closeAllConnections();
		});
		this.#base = `${identity ? "https" : "http"}://127.0.0.1:${(server.address() as AddressInfo).port}`;
	}

	url(path: string): string {
		return this.#base + path;
	}

	/**
	 * Puts an image and its manifest on the server and returns the manifest's URL. `claims` are signed whether they
	 * are true or not; `forged` is put in afterwards.
	 */
	publish(
		version: string,
		image: Buffer,
		claims: Partial<Manifest> = {},
		forged: Partial<Manifest> = {},
	): string {
		const manifest = {
			product: "Ambient16",
			target: "desktop",
			version,
			size: image.length,
			sha256: createHash("sha256").update(image).digest("hex"),
			url: this.url(`/${version}.mjs`),
			...claims,
		};
		const signature = sign("sha256", Buffer.from(signedText(manifest)), this.#private).toString("base64");
		this.files.set(`/${version}.mjs`, image);
		this.files.set(`/${version}.json`, Buffer.from(JSON.stringify({ ...manifest, signature, ...forged })));
		return this.url(`/${version}.json`);
	}
}
