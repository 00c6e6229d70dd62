import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * What the device is measured against: a handler on node:http alone that does the same job, written as one
 * would write it by hand. It has the UUID from the environment, and tells its port to its parent.
 */

const UUID = process.env.AMBIENT16_UUID ?? "";
const UDID = "10000fb38278";
const TOKEN = "uulroqkt";
const MD5 = Buffer.from(
	createHash("md5")
		.update(TOKEN + UUID)
		.digest("hex"),
);
const IDENTITY = JSON.stringify({
	type: "Ambient16",
	version: "0.1.0",
	udid: UDID,
	deviceType: "1000",
	token: TOKEN,
	auth: ["md5", "hmac-sha256", "key"],
	paired: true,
});

let nonce = 0;

const server = createServer((request, response) => {
	if (request.method === "GET") {
		reply(response, 200, IDENTITY);
		return;
	}
	const chunks: Buffer[] = [];
	request.on("data", (chunk: Buffer) => chunks.push(chunk));
	request.on("end", () => {
		try {
			command(request, response, Buffer.concat(chunks));
		} catch {
			reply(response, 400, '{"status":"error"}');
		}
	});
});

function command(request: IncomingMessage, response: ServerResponse, bytes: Buffer): void {
	const body = JSON.parse(bytes.toString());
	const { authorization } = request.headers;
	const isOwner = authorization ? isSigned(authorization, bytes) : equals(MD5, String(body.secret));
	if (!isOwner || body.udid !== UDID) {
		reply(response, 401, '{"status":"error"}');
		return;
	}
	const { color, effect = "blink", duration = 10, intensity = 100 } = body.setColor;
	if (!/^#[0-9a-f]{6}$/.test(color) || !(duration >= 1 && duration <= 3600)) throw new Error();
	reply(
		response,
		200,
		JSON.stringify({ status: "ok", udid: UDID, setColor: { color, effect, duration, intensity } }),
	);
}

function isSigned(authorization: string, body: Buffer): boolean {
	const [, token, nc, mac = ""] =
		/^Ambient16 token="([a-z]{8})", nc="(\d{1,15})", mac="([0-9a-f]{64})"$/.exec(authorization) ?? [];
	const digest = createHash("sha256").update(body).digest("hex");
	const expected = createHmac("sha256", UUID).update(`${token}\n${nc}\nPOST\n/\n${digest}`).digest("hex");
	if (token !== TOKEN || !equals(Buffer.from(expected), mac) || Number(nc) <= nonce) return false;
	nonce = Number(nc);
	return true;
}

function equals(expected: Buffer, given: string): boolean {
	const bytes = Buffer.from(given);
	return bytes.length === expected.length && timingSafeEqual(bytes, expected);
}

function reply(response: ServerResponse, status: number, text: string): void {
	response.writeHead(status, {
		"Content-Type": "application/json",
		"Content-Length": Buffer.byteLength(text),
	});
	response.end(text);
}

server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }));
