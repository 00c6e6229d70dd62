import { UsageError } from "./errors.js";
import { type Key, lacking, parseKey } from "./key.js";
import type { Platform } from "./platform.js";

type Digests = Pick<Platform, "sha256" | "hmac">;

interface Request {
	token: string;
	nc: number;
	method: string;
	path: string;
	body: string;
}

/** The value of the Authorization field of a request (docs/protocol.md, Signature), with the UUID or a key. */
export async function sign(
	{ sha256, hmac }: Digests,
	by: { uuid?: string | undefined; key?: Key | undefined },
	{ token, nc, method, path, body }: Request,
): Promise<string> {
	const secret = by.key?.secret ?? by.uuid;
	if (secret === undefined) throw new UsageError("this takes the owner's UUID, or a key");
	const mac = await hmac(secret, [token, nc, method, path, await sha256(body)].join("\n"));
	const id = by.key ? `key="${by.key.id}", ` : "";
	return `Ambient16 token="${token}", nc="${nc}", ${id}mac="${mac}"`;
}

/** What a command through a broker is signed with. */
export interface MqttOptions {
	udid: string;
	/** What `<topic>/<udid>/token` has retained. */
	token: string;
	/** The owner's UUID, or the text of a key. */
	uuid?: string;
	key?: string;
	/** The first part of every topic; "ambient16" unless told otherwise. */
	topic?: string;
	/** Rises from command to command; the time in milliseconds unless told otherwise. */
	nc?: number;
}

/** What to publish, with QoS 1. The answer on `<topic>/<udid>/answer` has the same `nc`, as a text. */
export interface MqttCommand {
	topic: string;
	payload: string;
	nc: number;
}

/** Signs commands of docs/protocol.md for a broker. Rejects with a UsageError for what no sensor would take. */
export async function signMqtt(
	digests: Digests,
	commands: Record<string, object | null>,
	{ udid, token, uuid, key: text, topic = "ambient16", nc = Date.now() }: MqttOptions,
): Promise<MqttCommand> {
	if ((uuid === undefined) === (text === undefined))
		throw new UsageError("commands are signed with the UUID or with a key");
	if (!/^[a-z]{8}$/.test(token) || !/^[0-9a-f]{12}$/.test(udid))
		throw new UsageError("this is no token, or no udid, of a sensor");
	const key = text === undefined ? undefined : parseKey(text);
	const missing = key && lacking(key, Object.keys(commands));
	if (missing) throw new UsageError(missing);
	const path = `${topic}/${udid}/command`;
	const body = JSON.stringify({ udid, ...commands });
	const proof = await sign(digests, { uuid, key }, { token, nc, method: "MQTT", path, body });
	return { topic: path, payload: `${proof}\n${body}`, nc };
}
