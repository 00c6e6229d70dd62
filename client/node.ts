import { createHash, createHmac, randomUUID } from "node:crypto";
import { request as requestHttp } from "node:http";
import type { Socket } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { ImpostorError, UnreachableError } from "./errors.js";
import { type KeyOptions, mintKey as mint } from "./key.js";
import { type BrokerOptions, MqttSensorBase } from "./mqtt.js";
import type { Exchange, Platform, Reply } from "./platform.js";
import { SensorBase, type SensorOptions } from "./sensor.js";
import { type MqttCommand, type MqttOptions, signMqtt as signFor } from "./signature.js";

export * from "./errors.js";
export type { KeyOptions } from "./key.js";
export type { BrokerOptions } from "./mqtt.js";
export { SecureSensor, type SensorOptions } from "./sensor.js";
export type { MqttCommand, MqttOptions } from "./signature.js";
export type * from "./types.js";
export type { Verbs } from "./verbs.js";

/** ms for a whole request. */
const PATIENCE = 15_000;
/** Bytes of an answer: many times what a sensor says. */
const ANSWER = 65_536;

const platform: Platform = {
	pins: true,
	md5: (text) => createHash("md5").update(text).digest("hex"),
	sha256: async (text) => createHash("sha256").update(text).digest("hex"),
	hmac: async (key, text) => createHmac("sha256", key).update(text).digest("hex"),
	randomUUID,
	exchange,
};

/**
 * Makes a key of the owner's UUID: the text to open a `Sensor` with in programs that are not to have the UUID. It takes
 * no device. Rejects with a UsageError for what would be no key.
 */
export function mintKey(uuid: string, options: KeyOptions): Promise<string> {
	return mint(uuid, options, platform.hmac);
}

/**
 * Signs commands for a broker: what to publish, and where. It takes no device, but the token that it has retained there.
 * Rejects with a UsageError for what no sensor would take.
 */
export function signMqtt(
	commands: Record<string, object | null>,
	options: MqttOptions,
): Promise<MqttCommand> {
	return signFor(platform, commands, options);
}

/** A sensor, as its owner and everybody else can talk to it. `url` is of plain HTTP, such as http://192.168.1.16. */
export class Sensor extends SensorBase {
	constructor(url: string, options: SensorOptions = {}) {
		super(platform, url, options);
	}
}

/**
 * A sensor through a broker, for what it takes there. `url` names the broker's user and the sensor, such as
 * mqtts://me@192.168.1.2/10000fb38278, with the topic before the UDID if it is another one than "ambient16".
 */
export class MqttSensor extends MqttSensorBase {
	constructor(url: string, options: BrokerOptions = {}) {
		super(platform, url, options);
	}
}

async function exchange(url: string, { certificate, ...rest }: Exchange): Promise<Reply> {
	const target = new URL(url);
	return talk(target, rest, target.protocol === "https:" ? await connectTo(target, certificate) : undefined);
}

/** A TLS connection to the right server: nothing is sent before the certificate was looked at. */
function connectTo({ hostname, port }: URL, certificate: string | undefined): Promise<TLSSocket> {
	return new Promise((resolve, reject) => {
		const host = hostname.replace(/^\[|\]$/g, "");
		const socket = connect({
			host,
			port: Number(port || 443),
			minVersion: "TLSv1.2",
			// The certificate is self-signed; what counts is which one it is.
			rejectUnauthorized: certificate === undefined,
		});
		socket.setTimeout(PATIENCE, () => socket.destroy(new Error("no answer")));
		socket.once("error", (error) => reject(unreachable(error)));
		socket.once("secureConnect", () => {
			const shown = socket.getPeerX509Certificate()?.raw ?? Buffer.alloc(0);
			if (certificate !== undefined && certificate !== "any" && hex(shown) !== certificate) {
				socket.destroy();
				reject(new ImpostorError("the server shows another certificate than the sensor's"));
			} else resolve(socket);
		});
	});
}

function talk(url: URL, { method, headers, body }: Exchange, secure: TLSSocket | undefined): Promise<Reply> {
	return new Promise((resolve, reject) => {
		const fail = (error: Error) => {
			secure?.destroy();
			reject(unreachable(error));
		};
		const request = requestHttp(
			{
				host: url.hostname.replace(/^\[|\]$/g, ""),
				port: url.port || (secure ? 443 : 80),
				method,
				path: "/",
				headers: {
					...headers,
					host: url.host,
					...(body !== undefined && { "content-length": Buffer.byteLength(body) }),
				},
				timeout: PATIENCE,
				// Node.js lets a request have its own connection only where there is no agent.
				...(secure ? { createConnection: () => secure as Socket } : { agent: false }),
			},
			(response) => {
				const chunks: Buffer[] = [];
				let size = 0;
				response.on("data", (chunk: Buffer) => {
					size += chunk.length;
					if (size > ANSWER) response.destroy(new Error("the answer is too long"));
					else chunks.push(chunk);
				});
				response.on("error", fail);
				response.on("end", () => {
					secure?.destroy();
					resolve({
						status: response.statusCode ?? 0,
						retryAfter: response.headers["retry-after"],
						text: Buffer.concat(chunks).toString(),
					});
				});
			},
		);
		request.on("timeout", () => request.destroy(new Error("no answer")));
		request.on("error", fail);
		request.end(body);
	});
}

function hex(certificate: Buffer): string {
	return createHash("sha256").update(certificate).digest("hex");
}

function unreachable(error: NodeJS.ErrnoException): UnreachableError {
	// A name with several addresses fails with one error for each, and none in words.
	const reason = error.message || error.code;
	return new UnreachableError(`the sensor cannot be reached: ${reason}`, { cause: error });
}
