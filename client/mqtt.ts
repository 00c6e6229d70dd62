import type { MqttClient } from "mqtt";
import { ImpostorError, RefusedError, UnreachableError, UsageError } from "./errors.js";
import { signMqtt } from "./signature.js";
import { type Commands, Verbs } from "./verbs.js";

/** How to get at a sensor through a broker. */
export interface BrokerOptions {
	/** The owner's secret, or what a program has in its place. */
	uuid?: string;
	key?: string;
	/** Of the broker's user, whom the URL names. */
	password?: string;
	/** The only authorities that count for the broker's certificate, PEM; without them, the well-known ones. */
	ca?: string;
}

type Digests = Parameters<typeof signMqtt>[0];

/** ms for the connection with all that the broker has retained of the sensor, and for the answer. */
const PATIENCE = 15_000;
/** Bytes of an answer: many times what a sensor says. */
const ANSWER = 65_536;

/**
 * A sensor through a broker, which need not be trusted to keep commands as they are: they are signed, over the token that
 * the sensor has retained there. What the broker says in the sensor's name is not signed. It may be made up, so nothing
 * is sent again because of it.
 */
export class MqttSensorBase extends Verbs {
	readonly udid: string;
	readonly #digests: Digests;
	readonly #broker: URL;
	/** The first part of every topic. */
	readonly #topic: string;
	readonly #options: BrokerOptions;
	#nc = 0;

	constructor(digests: Digests, url: string, options: BrokerOptions) {
		super();
		this.#digests = digests;
		this.#options = options;
		({ broker: this.#broker, topic: this.#topic, udid: this.udid } = readBroker(url));
		if (options.password !== undefined && this.#broker.username === "")
			throw new UsageError("whose password is it? The URL of the broker names no user");
	}

	override async send(commands: Commands): Promise<Record<string, unknown>> {
		const { udid } = this;
		const { uuid, key } = this.#options;
		const credential = { ...(uuid !== undefined && { uuid }), ...(key !== undefined && { key }) };
		const sign = (token: string) => {
			// Rises also for several programs of one owner, if their clocks agree.
			this.#nc = Math.max(Date.now(), this.#nc + 1);
			const options = { udid, token, topic: this.#topic, nc: this.#nc, ...credential };
			return signMqtt(this.#digests, commands, options);
		};
		// What cannot be signed is told before anybody is asked.
		await sign("aaaaaaaa");
		const sensor = `${this.#topic}/${udid}`;
		const client = await this.#connect();
		try {
			const { topic, payload, nc } = await sign(await tokenOf(client, sensor));
			client.publish(topic, payload, { qos: 1 });
			return await answerTo(client, sensor, nc, Object.keys(commands));
		} finally {
			// Without waiting for what the broker may never say.
			client.end(true);
		}
	}

	async #connect(): Promise<MqttClient> {
		const { default: mqtt } = await import("mqtt").catch(() => {
			throw new UsageError("commands through a broker need the package mqtt: npm install mqtt");
		});
		const { protocol, hostname, port, username } = this.#broker;
		const { password, ca } = this.#options;
		const isSecure = protocol === "mqtts:";
		const client = mqtt.connect({
			protocol: isSecure ? "mqtts" : "mqtt",
			hostname: hostname.replace(/^\[|\]$/g, ""),
			port: Number(port || (isSecure ? 8883 : 1883)),
			...(username !== "" && { username: decodeURIComponent(username) }),
			...(password !== undefined && { password }),
			...(ca !== undefined && { ca }),
			connectTimeout: PATIENCE,
			reconnectPeriod: 0,
		});
		await new Promise<void>((resolve, reject) => {
			const fail = (error: Error & { code?: unknown }) => {
				// A name with several addresses fails with one error for each, and none in words.
				const reason = error.message || error.code;
				reject(new UnreachableError(`the broker cannot be reached: ${reason}`, { cause: error }));
				client.end(true);
			};
			client.on("connect", () => resolve());
			client.on("error", fail);
			client.on("close", () => fail(new Error("it has closed the connection")));
		});
		return client;
	}
}

/** The token that the broker has retained of a sensor that is there. */
async function tokenOf(client: MqttClient, sensor: string): Promise<string> {
	let token = "";
	let status = "";
	const present = until(
		client,
		(topic, text) => {
			if (topic === `${sensor}/token`) token = text;
			if (topic === `${sensor}/status`) status = text;
			if (status === "suspended")
				throw new UnreachableError("the sensor is in HTTPS mode, in which it leaves the broker");
			if (status === "offline") throw new UnreachableError("the broker says that the sensor is offline");
			// It tells its token before it tells that it is there: beside "online" is the one in force.
			return status === "online" && token !== "" ? token : undefined;
		},
		`the broker tells of no sensor at ${sensor}, or of one whose firmware takes no commands there`,
	);
	const topics = ["token", "status", "answer"].map((name) => `${sensor}/${name}`);
	const subscribed = client.subscribeAsync(topics, { qos: 1 }).catch((error: Error) => {
		throw new UnreachableError(`the broker lets this user hear of no sensor: ${error.message}`);
	});
	await Promise.all([present, subscribed]);
	if (!/^[a-z]{8}$/.test(token)) throw new ImpostorError("what the broker has is not a sensor's token");
	return token;
}

/** The results of the command with that `nc`. Throws what the answer says went wrong. */
function answerTo(
	client: MqttClient,
	sensor: string,
	nc: number,
	commands: string[],
): Promise<Record<string, unknown>> {
	const hear = (topic: string, text: string) =>
		topic === `${sensor}/answer` ? read(text, nc, commands) : undefined;
	return until(client, hear, "no answer has come: whether the sensor has got the command is not known");
}

/** What `hear` gives for the first message that it gives something for, or throws. Rejects if that takes too long. */
function until<T>(
	client: MqttClient,
	hear: (topic: string, text: string) => T | undefined,
	complaint: string,
): Promise<T> {
	let end = () => {};
	return new Promise<T>((resolve, reject) => {
		const timer = setTimeout(() => reject(new UnreachableError(complaint)), PATIENCE);
		const onMessage = (topic: string, payload: Buffer) => {
			if (payload.length > ANSWER) return;
			try {
				const heard = hear(topic, payload.toString());
				if (heard !== undefined) resolve(heard);
			} catch (error) {
				reject(error);
			}
		};
		const onClose = () => reject(new UnreachableError(`the broker has closed the connection; ${complaint}`));
		client.on("message", onMessage).on("close", onClose);
		end = () => {
			clearTimeout(timer);
			client.off("message", onMessage).off("close", onClose);
		};
	}).finally(() => end());
}

/** The results in an answer; undefined if it is none to this command. Throws what the answer says went wrong. */
function read(text: string, nc: number, commands: string[]): Record<string, unknown> | undefined {
	let answer: { nc?: unknown; status?: unknown; body?: unknown } | null;
	try {
		answer = JSON.parse(text);
	} catch {
		return undefined;
	}
	if (answer?.nc !== `${nc}`) return undefined;
	const { status, body } = answer;
	if (typeof status !== "number" || typeof body !== "object" || body === null)
		throw new ImpostorError("the answer is not a sensor's");
	if (status === 200) {
		if (commands.every((command) => Object.hasOwn(body, command))) return body as Record<string, unknown>;
		throw new ImpostorError("the answer is not one to this command");
	}
	const { code, message } = body as Record<string, unknown>;
	// The counter in "replayed" is left out: who believed one that is made up would have no higher one left.
	throw new RefusedError(
		status,
		typeof code === "string" ? code : "unknown",
		typeof message === "string" ? message : `the sensor answers ${status}`,
	);
}

/** Reads `mqtts://user@host:port/topic/udid`; the topic may be left out. Throws a UsageError, which quotes no password. */
export function readBroker(url: string): { broker: URL; topic: string; udid: string } {
	const example = "such as mqtts://user@192.168.1.2/10000fb38278";
	let broker: URL;
	try {
		broker = new URL(url);
	} catch {
		throw new UsageError(`this is no address of a broker, ${example}`);
	}
	if (!["mqtt:", "mqtts:"].includes(broker.protocol) || broker.hostname === "")
		throw new UsageError(`this is no address of a broker, ${example}`);
	if (broker.password !== "") throw new UsageError("the broker's password is not part of the URL");
	const [, topic = "ambient16", udid = ""] =
		/^\/(?:(.*)\/)?([0-9a-f]{12})$/.exec(decodeURIComponent(broker.pathname)) ?? [];
	if (udid === "") throw new UsageError(`which sensor? Its UDID ends the URL of the broker, ${example}`);
	if (topic === "" || /[+#]/.test(topic)) throw new UsageError(`${topic || "nothing"} is no topic`);
	return { broker, topic, udid };
}
