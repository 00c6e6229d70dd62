import { createHash, createHmac } from "node:crypto";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { createIdentity } from "../../../hosts/desktop/identity";
import type { Scope } from "../../support/desk";

/** Somebody on loopback; `heard` is all that was told to it: the authorization and the body of each request. */
export interface Stranger {
	url: string;
	heard: string[];
}

/** Serves plain HTTP, or with an identity HTTPS. */
export async function serve(
	scope: Scope,
	listener: RequestListener,
	identity?: Uint8Array,
): Promise<Stranger> {
	const heard: string[] = [];
	const listen: RequestListener = (request, response) => {
		let body = "";
		request.on("data", (chunk) => {
			body += chunk;
		});
		request.on("end", () => {
			heard.push(`${request.headers.authorization ?? ""}\n${body}`);
			listener(request, response);
		});
	};
	const pem = identity && Buffer.from(identity).toString();
	const server = pem ? createTlsServer({ key: pem, cert: pem }, listen) : createServer(listen);
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	scope.after(() => {
		server.close();
		server.closeAllConnections();
	});
	return { url: `${pem ? "https" : "http"}://127.0.0.1:${(server.address() as AddressInfo).port}`, heard };
}

/** Plays a sensor whose port is closing: it cuts off the first connection, and each command. */
export async function serveClosing(scope: Scope): Promise<Stranger & { connections(): number }> {
	let connections = 0;
	const stranger = await serve(scope, (request, response) => {
		connections++;
		if (request.method === "POST" || connections === 1) request.socket.resetAndDestroy();
		else response.end(JSON.stringify(INFO));
	});
	return { ...stranger, connections: () => connections };
}

/** What a sensor says of itself. */
export const INFO = {
	type: "Ambient16",
	version: "1.0.0",
	udid: "100000000000",
	deviceType: "1000",
	token: "abcdefgh",
	auth: ["md5", "hmac-sha256"],
	paired: true,
};

/** Plays a sensor: the answers to its POSTs, one after the other, the last one again and again. */
export function playing(
	scope: Scope,
	info: () => object,
	...answers: [status: number, answer: object][]
): Promise<Stranger> {
	let next = 0;
	return serve(scope, (request, response) => {
		if (request.method === "GET") return response.end(JSON.stringify(info()));
		const [status, answer] = answers[Math.min(next++, answers.length - 1)] as [number, object];
		return response.writeHead(status, { "Retry-After": "7" }).end(JSON.stringify(answer));
	});
}

/** A stranger's HTTPS that would take anything. `fingerprint` is that of its own certificate. */
export async function trap(scope: Scope): Promise<Stranger & { fingerprint: string }> {
	const identity = await forged();
	const fingerprint = fingerprintOf(identity);
	return { ...(await serve(scope, (_request, response) => response.end("{}"), identity)), fingerprint };
}

/** A key and a certificate for it such as anybody can make. */
export function forged(): Promise<Uint8Array> {
	return createIdentity(INFO.udid, [], Date.now());
}

/** The `proof` of a sensor with that UUID and INFO's token. */
export function proofOf(uuid: string, fingerprint: string): string {
	return createHmac("sha256", uuid).update(`${INFO.token}\n${fingerprint}`).digest("hex");
}

/** SHA-256 of the certificate in an identity. */
export function fingerprintOf(identity: Uint8Array): string {
	const [, base64 = ""] = /-----BEGIN CERTIFICATE-----([^-]+)/.exec(Buffer.from(identity).toString()) ?? [];
	return createHash("sha256").update(Buffer.from(base64, "base64")).digest("hex");
}

/** Plays a sensor whose update goes through these states, and which runs `version` afterwards. */
export async function updating(
	scope: Scope,
	uuid: string,
	states: readonly object[],
	version = INFO.version,
): Promise<Stranger> {
	const identity = await forged();
	const fingerprint = fingerprintOf(identity);
	let looks = 0;
	const secure = await serve(
		scope,
		(request, response) => {
			if (request.method === "GET") return response.end(JSON.stringify(INFO));
			const update = [{}, ...states][Math.min(looks++, states.length)];
			return response.end(JSON.stringify({ getSettings: { update } }));
		},
		identity,
	);
	const setHttps = { enabled: true, url: secure.url, fingerprint, proof: proofOf(uuid, fingerprint) };
	const plain = await playing(scope, () => (looks > states.length ? { ...INFO, version } : INFO), [
		200,
		{ setHttps },
	]);
	return { url: plain.url, heard: secure.heard };
}

/** What whoever is between answers to `setHttps`, of which each client has to refuse all. It leads to a trap. */
export function forgeries(
	uuid: string,
	{ url, fingerprint }: { url: string; fingerprint: string },
): object[] {
	const proof = proofOf(uuid, fingerprint);
	const other = createHash("sha256").update("another certificate").digest("hex");
	return [
		// Its own certificate, and a wrong proof or none.
		...["00".repeat(32), proof.toUpperCase(), proof.slice(0, 32), "", 5, null, "ä"].map((wrong) => ({
			enabled: true,
			url,
			fingerprint,
			proof: wrong,
		})),
		{ enabled: true, url, fingerprint },
		{},
		// The right proof of another certificate: overheard, and told again.
		{ enabled: true, url, fingerprint: other, proof: proofOf(uuid, other) },
		// A right proof that leads to where no certificate is looked at.
		{ enabled: true, url: url.replace("https:", "http:"), fingerprint: other, proof: proofOf(uuid, other) },
	];
}
