import type { Link, Peer } from "./link";
import type { Random } from "./random";
import type { World } from "./world";

/** What a database does with a write. */
export const DATABASE_MOODS = [
	"well",
	"429",
	"429 with Retry-After",
	"500",
	"503",
	"401",
	"404",
	"413",
	"redirect",
	"refuses some",
	"refuses all",
	"takes and says nothing",
	"says nothing",
	"takes and closes",
	"closes",
	"half an answer",
	"chunked",
	"interim answers",
	"unasked answers",
	"garbage",
	"drips",
	"unreachable",
] as const;
export type DatabaseMood = (typeof DATABASE_MOODS)[number];

export interface Taken {
	/** Seconds since 1970. */
	time: number;
	/** The second of the world, a mean. */
	second: number;
}

/** A database that takes points as InfluxDB does, and fails as servers, proxies and other programs on its port do. */
export class Database {
	mood: DatabaseMood = "well";
	/** Told of points that it has taken. */
	onTaken: (udid: string, points: Taken[]) => void = () => {};
	/** Told of a point that it will not have. */
	onRefused: (udid: string, second: number) => void = () => {};
	/** When requests came: for the load. */
	onRequest: () => void = () => {};
	readonly #world: World;
	readonly #random: Random;

	constructor(world: World) {
		this.#world = world;
		this.#random = world.random.fork("database");
	}

	readonly admit = (): Peer => {
		let received = "";
		return {
			onBytes: (bytes, link) => {
				received += bytes.toString("latin1");
				for (;;) {
					const end = received.indexOf("\r\n\r\n");
					if (end < 0) return;
					const head = received.slice(0, end);
					const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
					if (received.length < end + 4 + length) return;
					const body = received.slice(end + 4, end + 4 + length);
					received = received.slice(end + 4 + length);
					if (!head.startsWith("POST "))
						this.#world.violate(`the database is asked for ${head.split("\r\n")[0]}`);
					this.onRequest();
					this.#answer(link, body.split("\n"));
				}
			},
			onEnd: () => {},
		};
	};

	#answer(link: Link, lines: string[]): void {
		const { mood } = this;
		if (mood !== "well") this.#world.count(`fault: database ${mood}`);
		else this.#world.count("writes taken by the database");
		const say = (status: string, fields = "", body = "") =>
			link.say(`HTTP/1.1 ${status}\r\n${fields}Content-Length: ${body.length}\r\n\r\n${body}`);
		switch (mood) {
			case "well":
				this.#take(lines);
				link.say("HTTP/1.1 204 No Content\r\n\r\n");
				return;
			case "429":
				say("429 Too Many Requests");
				return;
			case "429 with Retry-After":
				say("429 Too Many Requests", `Retry-After: ${this.#random.between(1, 120)}\r\n`);
				return;
			case "500":
				say("500 Internal Server Error", "", '{"error":"engine: out of memory"}');
				return;
			case "503":
				say("503 Service Unavailable");
				return;
			case "401":
				say("401 Unauthorized", 'WWW-Authenticate: Basic realm="InfluxDB"\r\n', "unauthorized");
				return;
			case "404":
				say("404 Not Found", "", "database not found");
				return;
			case "413":
				if (lines.length > 2) {
					say("413 Request Entity Too Large", "Connection: close\r\n");
					return;
				}
				this.#take(lines);
				say("204 No Content");
				return;
			case "redirect":
				say("302 Found", "Location: http://203.0.113.9/\r\n");
				return;
			case "refuses some": {
				// By what it holds, so that the same point is refused each time.
				const bad = lines.filter((line) => secondOf(line) % 7 === 3);
				if (bad.length === 0) this.#take(lines);
				else if (lines.length === 1) this.#refuse(lines[0]!);
				if (bad.length === 0) say("204 No Content");
				else say("400 Bad Request", "", '{"error":"field type conflict"}');
				return;
			}
			case "refuses all":
				say("400 Bad Request", "", "Client sent an HTTP request to an HTTPS server.");
				return;
			case "takes and says nothing":
				this.#take(lines);
				return;
			case "says nothing":
				return;
			case "takes and closes":
				this.#take(lines);
				link.end();
				return;
			case "closes":
				link.end();
				return;
			case "half an answer":
				this.#take(lines);
				link.say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
				link.end();
				return;
			case "chunked":
				this.#take(lines);
				link.say(
					"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nTrailer: x\r\n\r\n",
				);
				return;
			case "interim answers":
				this.#take(lines);
				link.say(
					"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
				);
				return;
			case "unasked answers":
				this.#take(lines);
				// One that comes while the next request is under way cannot be told from the answer to that.
				link.say("HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", true);
				return;
			case "garbage":
				link.say(this.#random.bytes(this.#random.between(1, 3_000)));
				return;
			case "drips":
				for (let i = 0; i < 40; i++)
					this.#world.schedule.after(i * 1_000, () => link.say(i === 0 ? "HTTP/1.1 " : "2"));
				return;
			case "unreachable":
				link.break(true);
		}
	}

	#take(lines: string[]): void {
		const byUdid = new Map<string, Taken[]>();
		for (const line of lines) {
			const match = /^ambient16,udid=([0-9a-f]{12}) ([^ ]+) (\d+)$/.exec(line);
			if (!match) {
				this.#world.violate(`the database is given the line ${line}`);
				return;
			}
			const points = byUdid.get(match[1]!) ?? [];
			points.push({ time: Number(match[3]), second: secondOf(line) });
			byUdid.set(match[1]!, points);
		}
		for (const [udid, points] of byUdid) this.onTaken(udid, points);
	}

	#refuse(line: string): void {
		this.onRefused(/udid=([0-9a-f]{12})/.exec(line)?.[1] ?? "", secondOf(line));
	}
}

function secondOf(line: string): number {
	return Number(/pressure=([\d.]+)/.exec(line)?.[1] ?? -1);
}

export const BROKER_MOODS = [
	"well",
	"refuses",
	"says nothing",
	"does not acknowledge",
	"closes",
	"refuses subscriptions",
	"hostile commands",
	"unasked packets",
	"malformed packets",
	"garbage",
	"speaks HTTP",
	"unreachable",
] as const;
export type BrokerMood = (typeof BROKER_MOODS)[number];

const CONNECT = 1;
const PUBLISH = 3;
const PUBACK = 4;
const SUBSCRIBE = 8;
const PINGREQ = 12;
const DISCONNECT = 14;

/** A broker for QoS 1, which fails as brokers and other programs on its port do. */
export class Broker {
	mood: BrokerMood = "well";
	/** Those who hear of what is published. */
	readonly listeners = new Set<(topic: string, payload: string) => void>();
	/** By topic. */
	readonly retained = new Map<string, string>();
	/** Clients that it has accepted, and what they have subscribed to. */
	readonly #clients = new Map<Link, Set<string>>();
	readonly #world: World;
	readonly #random: Random;

	constructor(world: World) {
		this.#world = world;
		this.#random = world.random.fork("broker");
	}

	/** Clients that it has accepted and that are still there. */
	get present(): number {
		return [...this.#clients.keys()].filter((link) => link.live).length;
	}

	/** Somebody publishes: it reaches who has subscribed to that topic and is there. */
	publish(topic: string, payload: string): void {
		for (const [link, topics] of this.#clients)
			if (link.live && topics.has(topic)) link.say(message(topic, payload));
	}

	readonly admit = (): Peer => {
		let received = Buffer.alloc(0);
		return {
			onBytes: (bytes, link) => {
				received = Buffer.concat([received, bytes]);
				for (;;) {
					const size = packetSize(received);
					if (size === undefined || received.length < size) return;
					const packet = received.subarray(0, size);
					received = received.subarray(size);
					this.#take(packet, link);
				}
			},
			onEnd: (link) => void this.#clients.delete(link),
		};
	};

	#take(packet: Buffer, link: Link): void {
		const { mood } = this;
		if (mood !== "well") this.#world.count(`fault: broker ${mood}`);
		if (mood === "says nothing") return;
		if (mood === "unreachable") {
			link.break(true);
			return;
		}
		if (mood === "closes" && this.#random.chance(0.5)) {
			link.end();
			return;
		}
		if (mood === "garbage") {
			link.say(this.#random.bytes(this.#random.between(1, 200)));
			return;
		}
		if (mood === "speaks HTTP") {
			link.say("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
			return;
		}
		if (mood === "malformed packets") {
			link.say(Uint8Array.of(0x20, 0xff, 0xff, 0xff, 0xff, 0x7f));
			return;
		}
		const type = packet[0]! >> 4;
		const body = packet.subarray(packet[1]! & 128 ? 3 : 2);
		if (type === CONNECT) {
			link.say(Uint8Array.of(0x20, 2, 0, mood === "refuses" ? this.#random.between(1, 5) : 0));
			if (mood === "refuses") link.end();
			else this.#clients.set(link, new Set());
		} else if (type === PUBLISH) {
			const length = body.readUInt16BE(0);
			const topic = body.toString("utf8", 2, 2 + length);
			const payload = body.toString("utf8", 4 + length);
			if (packet[0]! & 1) this.retained.set(topic, payload);
			for (const listener of [...this.listeners]) listener(topic, payload);
			if (mood !== "does not acknowledge")
				link.say(Uint8Array.of(0x40, 2, body[2 + length]!, body[3 + length]!));
		} else if (type === SUBSCRIBE) this.#subscribe(body, link);
		else if (type === PINGREQ) link.say(Uint8Array.of(0xd0, 0));
		else if (type === DISCONNECT) link.end();
		else if (type !== PUBACK) this.#world.violate(`the broker is sent a packet of type ${type}`);
		if (mood === "unasked packets") link.say(this.#random.pick(UNASKED));
	}

	#subscribe(body: Buffer, link: Link): void {
		const codes: number[] = [];
		let topic = "";
		for (let at = 2; at + 3 <= body.length; at += 3 + topic.length) {
			topic = body.toString("utf8", at + 2, at + 2 + body.readUInt16BE(at));
			codes.push(this.mood === "refuses subscriptions" ? 0x80 : 1);
			if (this.mood !== "refuses subscriptions") this.#clients.get(link)?.add(topic);
		}
		link.say(Uint8Array.of(0x90, 2 + codes.length, body[0]!, body[1]!, ...codes));
		if (this.mood !== "hostile commands") return;
		for (let i = this.#random.between(1, 20); i > 0; i--) {
			const text = this.#random.pick([
				'{"setColor":{"color":"red"}}',
				'{"auth":"x","body":"{}"}',
				"[".repeat(100),
				this.#random.letters(1_500),
				"",
			]);
			link.say(message(topic, text));
		}
	}
}

/** PUBLISH with QoS 0. */
function message(topic: string, payload: string): Buffer {
	const content = Buffer.concat([Buffer.from([0, topic.length]), Buffer.from(topic), Buffer.from(payload)]);
	const { length } = content;
	const head = length < 128 ? [0x30, length] : [0x30, (length & 127) | 128, length >> 7];
	return Buffer.concat([Buffer.from(head), content]);
}

/** PUBACK of nothing, PINGRESP, PUBLISH, SUBACK, CONNACK. */
const UNASKED = [
	Uint8Array.of(0x40, 2, 0x7f, 1),
	Uint8Array.of(0xd0, 0),
	Uint8Array.of(0x30, 3, 0, 1, 97),
	Uint8Array.of(0x90, 3, 0, 1, 0),
	Uint8Array.of(0x20, 2, 0, 0),
];

function packetSize(bytes: Buffer): number | undefined {
	let length = 0;
	for (let i = 1; i < Math.min(bytes.length, 5); i++) {
		length += (bytes[i]! & 127) << (7 * (i - 1));
		if (!(bytes[i]! & 128)) return i + 1 + length;
	}
	return undefined;
}
