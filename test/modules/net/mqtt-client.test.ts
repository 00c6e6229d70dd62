import assert from "node:assert/strict";
import { createServer as createTcpServer, type Socket } from "node:net";
import { describe, test } from "node:test";
import { createServer as createTlsServer } from "node:tls";
import type { Network, SocketHandler, Trust } from "../../../hosts/host";
import { isHomeAddress } from "../../../modules/net/home";
import { MqttClient, type MqttClientOptions } from "../../../modules/net/mqtt-client";
import { FakeTime } from "../../fakes/host";
import { until } from "../../hosts/desktop/loopback";
import { Authority, type Issued } from "../../support/authority";
import { closedPort, desktopNetwork, resolvesTo, type Served, serve, serveRaw } from "../../support/servers";

interface Test {
	after(callback: () => Promise<void> | void): void;
}

interface Packet {
	type: number;
	flags: number;
	body: Buffer;
}

const CONNECT = 1;
const PUBLISH = 3;
const PUBACK = 4;
const SUBSCRIBE = 8;
const PINGREQ = 12;
const DISCONNECT = 14;

const CONNACK = (code: number) => Buffer.from([0x20, 2, 0, code]);

/** As much of a broker (MQTT 3.1.1) as a test needs. */
class Broker {
	port = 0;
	/** Code of the CONNACK; undefined: it never comes. */
	accepts: number | undefined = 0;
	acknowledges = true;
	readonly packets: Packet[] = [];
	#served!: Served;

	static async start(t: Test, identity?: Issued): Promise<Broker> {
		const broker = new Broker();
		const welcome = (socket: Socket) => broker.#welcome(socket);
		const server = identity
			? createTlsServer(identity, welcome).on("tlsClientError", () => {})
			: createTcpServer(welcome);
		broker.#served = await serve(t, server);
		broker.port = broker.#served.port;
		return broker;
	}

	/** Connections, of TCP even where TLS is spoken. */
	get open(): ReadonlySet<Socket> {
		return this.#served.open;
	}

	/** Those that speak MQTT. */
	readonly speaking = new Set<Socket>();

	of(type: number): Packet[] {
		return this.packets.filter((packet) => packet.type === type);
	}

	/** "topic payload retain" of each PUBLISH. */
	get published(): string[] {
		return this.of(PUBLISH).map(({ body, flags }) => {
			const length = body.readUInt16BE(0);
			assert.equal((flags >> 1) & 3, 1, "QoS 1");
			return `${body.subarray(2, 2 + length)} ${body.subarray(4 + length)} ${flags & 1}`;
		});
	}

	acknowledge({ body }: Packet): void {
		const id = body.subarray(2 + body.readUInt16BE(0)).subarray(0, 2);
		for (const socket of this.speaking) socket.write(Buffer.concat([Buffer.from([PUBACK << 4, 2]), id]));
	}

	#welcome(socket: Socket): void {
		let held = Buffer.alloc(0);
		this.speaking.add(socket);
		socket.on("error", () => {});
		socket.on("close", () => this.speaking.delete(socket));
		socket.on("data", (bytes) => {
			held = Buffer.concat([held, bytes]);
			for (;;) {
				const packet = parse(held);
				if (!packet) return;
				held = held.subarray(packet.size);
				this.packets.push(packet);
				this.#answer(socket, packet);
			}
		});
	}

	#answer(socket: Socket, packet: Packet): void {
		if (packet.type === CONNECT && this.accepts !== undefined) {
			socket.write(CONNACK(this.accepts));
			if (this.accepts !== 0) socket.end();
		}
		if (packet.type === PUBLISH && this.acknowledges) this.acknowledge(packet);
		if (packet.type === PINGREQ && this.acknowledges) socket.write(Buffer.from([0xd0, 0]));
		if (packet.type === DISCONNECT) socket.end();
	}
}

function parse(bytes: Buffer): (Packet & { size: number }) | undefined {
	let length = 0;
	for (let i = 1; i < Math.min(bytes.length, 5); i++) {
		const byte = bytes[i] as number;
		length += (byte & 127) << (7 * (i - 1));
		if (byte & 128) continue;
		const size = i + 1 + length;
		if (bytes.length < size) return undefined;
		const first = bytes[0] as number;
		return { type: first >> 4, flags: first & 15, body: Buffer.from(bytes.subarray(i + 1, size)), size };
	}
	return undefined;
}

interface Wish extends Partial<MqttClientOptions> {
	port: number;
	host?: string;
	secure?: boolean;
	trust?: Trust;
	allowAddress?(address: string): boolean;
}

/** A client over a desk's network, and what it has told. */
function open(
	t: Test,
	{ port, host = "127.0.0.1", secure = false, trust = {}, allowAddress = () => true, ...others }: Wish,
	desk: Parameters<typeof desktopNetwork>[1] = {},
) {
	const told: string[] = [];
	const { network, exceptions } = desktopNetwork(t, desk);
	const client = new MqttClient({
		network,
		to: { endpoint: { secure, host, port, path: "" }, trust, allowAddress },
		clientId: "ambient16-10000fb38278",
		keepAlive: 60,
		will: { topic: "a/status", payload: "offline" },
		onConnected: () => void told.push("connected"),
		onClosed: (error) => void told.push(error),
		...others,
	});
	t.after(() => client.close());
	return { client, told, exceptions, heard: (count = 1) => until(() => told.length >= count) };
}

const authority = await Authority.create();
const LIMIT = { timeout: 20_000 };

describe("connecting", LIMIT, () => {
	test("it speaks MQTT 3.1.1 with a clean session, its will, user and password", async (t) => {
		const broker = await Broker.start(t);
		const { heard, told } = open(t, { port: broker.port, user: "me", password: "secret" });
		await heard();
		assert.deepEqual(told, ["connected"]);
		const connect = broker.of(CONNECT)[0]?.body.toString("latin1");
		// Flags: user, password, will retained, will QoS 1, will, clean session. Keep alive 60 s.
		assert.equal(
			connect,
			"\0\x04MQTT\x04\xee\0\x3c\0\x16ambient16-10000fb38278\0\x08a/status\0\x07offline\0\x02me\0\x06secret",
		);
	});

	test("nothing is told before it has returned", async (t) => {
		const { told, heard } = open(t, { port: 1, host: "8.8.8.8", allowAddress: isHomeAddress });
		assert.deepEqual(told, []);
		await heard();
		assert.deepEqual(told, ["the address 8.8.8.8 is outside the home"]);
	});

	for (const [code, text] of [
		[2, "refused: another client id"],
		[4, "refused: bad user name or password"],
		[5, "refused: not authorized"],
		[9, "refused (9)"],
	] as const)
		test(`CONNACK ${code} is told as "${text}"`, async (t) => {
			const broker = await Broker.start(t);
			broker.accepts = code;
			const { told, heard } = open(t, broker);
			await heard();
			assert.deepEqual(told, [text]);
		});

	test("a broker that never accepts is given up after 15 s", async (t) => {
		const time = new FakeTime();
		const broker = await Broker.start(t);
		broker.accepts = undefined;
		const { told } = open(t, broker, { time });
		await until(() => broker.packets.length === 1);
		time.advance(15_000);
		assert.deepEqual(told, ["no answer in time"]);
		await until(() => broker.open.size === 0);
	});

	for (const [name, said, reason] of [
		["HTTP", "HTTP/1.1 400 Bad Request\r\n\r\n", "HTTP is spoken there"],
		["TLS", "\x15\x03\x03\0\x02\x02\x46", "TLS is spoken there"],
		["SSH", "SSH-2.0-OpenSSH_9.2\r\n", "the answer is not MQTT"],
		["nothing", "", "the connection was cut before an answer: TLS may be spoken there"],
	] as const)
		test(`a server that speaks ${name} is left: ${reason}`, async (t) => {
			const served = await serveRaw(t, (socket) =>
				socket.once("data", () => socket.end(Buffer.from(said, "latin1"))),
			);
			const { told, heard } = open(t, served);
			await heard();
			assert.deepEqual(told, [reason]);
			await until(() => served.open.size === 0);
		});

	for (const [name, packet, reason] of [
		["a PINGRESP", [0xd0, 0], "the broker sends what nobody asked for"],
		["a PUBACK", [0x40, 2, 0, 1], "the broker sends what nobody asked for"],
		["a session of before", [0x20, 2, 1, 0], "the answer is not MQTT"],
		["a CONNACK without a code", [0x20, 1, 0], "the answer is not MQTT"],
		["a SUBACK", [0x90, 3, 0, 1, 0], "the answer is not MQTT"],
		["a length of five bytes", [0x40, 0xff, 0xff, 0xff, 0xff, 0x7f], "the answer is not MQTT"],
	] as const)
		test(`a broker that begins with ${name} is left`, async (t) => {
			const broker = await Broker.start(t);
			broker.accepts = undefined;
			const { told, heard } = open(t, broker);
			await until(() => broker.packets.length === 1);
			for (const socket of broker.speaking) socket.write(Uint8Array.from(packet));
			await heard();
			assert.deepEqual(told, [reason]);
		});

	test("a closed port is told", async (t) => {
		const { told, heard } = open(t, { port: await closedPort() });
		await heard();
		assert.deepEqual(told, ["connection refused"]);
	});

	test("a name that resolves outside the home is not connected to", async (t) => {
		const broker = await Broker.start(t);
		const wish = { port: broker.port, host: "broker.local", allowAddress: isHomeAddress };
		const outside = open(t, wish, { lookup: resolvesTo("8.8.8.8") });
		await outside.heard();
		assert.deepEqual(outside.told, ["the address 8.8.8.8 is outside the home"]);
		const inside = open(t, wish, { lookup: resolvesTo("127.0.0.1") });
		await inside.heard();
		assert.deepEqual(inside.told, ["connected"]);
	});

	test("a password without a user is not sent (3.1.2.9)", async (t) => {
		const broker = await Broker.start(t);
		const { heard } = open(t, { port: broker.port, password: "secret" });
		await heard();
		assert.doesNotMatch(broker.of(CONNECT)[0]?.body.toString("latin1") ?? "", /secret/);
	});

	test("an exception of the device is told and costs the connection", async (t) => {
		const broker = await Broker.start(t);
		const onConnected = () => {
			throw new Error("mine");
		};
		const { told, exceptions, heard } = open(t, { port: broker.port, onConnected });
		await heard();
		assert.equal(exceptions.length, 1);
		assert.deepEqual(told, ["it failed"]);
	});
});

describe("over TLS", LIMIT, () => {
	const cases: [string, Promise<Issued>, Trust, string][] = [
		["the CA", authority.issue(), { ca: authority.ca }, "connected"],
		["no CA of the owner's", authority.issue(), {}, "certificate not issued by the CA"],
		[
			"an expired certificate",
			authority.issue({ from: -3, until: -1 }),
			{ ca: authority.ca },
			"certificate has expired",
		],
		[
			"another name",
			authority.issue({ names: ["x.local"] }),
			{ ca: authority.ca },
			"certificate is for another host",
		],
		["another pin", authority.issue(), { fingerprint: "00".repeat(32) }, "certificate is not the pinned one"],
	];
	for (const [name, issued, trust, outcome] of cases)
		test(`${name}: ${outcome}`, async (t) => {
			const broker = await Broker.start(t, await issued);
			const { told, heard } = open(t, { port: broker.port, secure: true, trust });
			await heard();
			assert.deepEqual(told, [outcome]);
			assert.equal(broker.packets.length, outcome === "connected" ? 1 : 0);
		});

	test("the pinned certificate is taken", async (t) => {
		const identity = await authority.issue({ selfSigned: true, names: ["x.local"] });
		const broker = await Broker.start(t, identity);
		const { told, heard } = open(t, {
			port: broker.port,
			secure: true,
			trust: { fingerprint: identity.fingerprint },
		});
		await heard();
		assert.deepEqual(told, ["connected"]);
	});

	test("a broker without TLS gets no word of MQTT", async (t) => {
		const broker = await Broker.start(t);
		const { told, heard } = open(t, { port: broker.port, secure: true, password: "secret", user: "me" });
		await until(() => broker.open.size === 1);
		for (const socket of broker.open) socket.write(CONNACK(0));
		await heard();
		assert.deepEqual(told, ["TLS is not spoken there"]);
		const text = broker.packets.map(({ body }) => body.toString("latin1")).join("");
		assert.doesNotMatch(text, /MQTT|secret/);
	});
});

describe("publishing", LIMIT, () => {
	test("each goes with QoS 1, retained if asked, and is done when acknowledged", async (t) => {
		const broker = await Broker.start(t);
		broker.acknowledges = false;
		const { client, heard } = open(t, broker);
		await heard();
		const done: string[] = [];
		client.publish("a/1", "one", true, () => done.push("one"));
		client.publish("a/2", "zwei ä", false, () => done.push("two"));
		await until(() => broker.of(PUBLISH).length === 2);
		assert.deepEqual(broker.published, ["a/1 one 1", "a/2 zwei ä 0"]);
		assert.deepEqual(done, []);
		for (const packet of broker.of(PUBLISH)) broker.acknowledge(packet);
		await until(() => done.length === 2);
	});

	test("nothing is done when the connection ends before", async (t) => {
		const broker = await Broker.start(t);
		broker.acknowledges = false;
		const { client, heard, told } = open(t, broker);
		await heard();
		client.publish("a", "b", false, () => assert.fail("done"));
		await until(() => broker.of(PUBLISH).length === 1);
		for (const socket of broker.open) socket.destroy();
		await heard(2);
		assert.deepEqual(told, ["connected", "the connection was cut"]);
		client.publish("a", "c", false, () => assert.fail("done"));
		assert.equal(broker.of(PUBLISH).length, 1);
	});

	test("a broker that does not acknowledge is left after 32", async (t) => {
		const broker = await Broker.start(t);
		broker.acknowledges = false;
		const { client, heard, told } = open(t, broker);
		await heard();
		for (let i = 0; i < 33; i++) client.publish("a", `${i}`, false);
		await heard(2);
		assert.deepEqual(told, ["connected", "the broker does not acknowledge"]);
		assert.ok(broker.of(PUBLISH).length <= 32);
	});

	test("thousands go through a broker that acknowledges", async (t) => {
		const broker = await Broker.start(t);
		const { client, heard } = open(t, broker);
		await heard();
		let done = 0;
		await new Promise<void>((resolve) => {
			const next = () => (++done > 2_000 ? resolve() : client.publish("a", `${done}`, false, next));
			next();
		});
		assert.equal(broker.of(PUBLISH).length, 2_000);
	});

	test("a packet without an end costs the broker its connection", async (t) => {
		const broker = await Broker.start(t);
		const { heard, told } = open(t, broker);
		await heard();
		// A PUBLISH of 256 MB begins.
		for (const socket of broker.open) {
			socket.write(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]));
			socket.write(Buffer.alloc(200_000));
		}
		await heard(2);
		assert.deepEqual(told, ["connected", "the broker sends what nobody asked for"]);
	});

	for (const [name, packet, reason] of [
		// With QoS 2, of which a client has to keep each one until it is released.
		[
			"publishes, though nothing is subscribed to,",
			[0x34, 6, 0, 1, 0x61, 0, 1, 0x78],
			"the broker sends what nobody asked for",
		],
		["sends a PINGRESP that nobody asked for", [0xd0, 0], "the broker sends what nobody asked for"],
		["acknowledges what was not published", [0x40, 2, 0, 1], "the broker sends what nobody asked for"],
		["accepts twice", [0x20, 2, 0, 0], "the broker sends what nobody asked for"],
		["says what brokers do not say", [0x30 | 0x60, 0], "the answer is not MQTT"],
	] as const)
		test(`a broker that ${name} is left at once, however often it does`, async (t) => {
			const broker = await Broker.start(t);
			const { heard, told, exceptions } = open(t, broker);
			await heard();
			const many = Buffer.concat(Array.from({ length: 1_000 }, () => Uint8Array.from(packet)));
			for (const socket of broker.speaking) socket.write(many);
			await until(() => broker.open.size === 0);
			assert.deepEqual(told, ["connected", reason]);
			assert.deepEqual(exceptions, []);
		});

	test("a publish that is acknowledged twice ends the connection", async (t) => {
		const broker = await Broker.start(t);
		broker.acknowledges = false;
		const { client, heard, told } = open(t, broker);
		await heard();
		let done = 0;
		client.publish("a", "b", false, () => done++);
		await until(() => broker.of(PUBLISH).length === 1);
		for (let i = 0; i < 2; i++) broker.acknowledge(broker.of(PUBLISH)[0]!);
		await heard(2);
		assert.deepEqual([told[1], done], ["the broker sends what nobody asked for", 1]);
	});

	test("a broker that falls silent is left after a keep-alive", async (t) => {
		const broker = await Broker.start(t);
		const { told, heard } = open(t, { port: broker.port, keepAlive: 1 });
		await until(() => broker.of(PINGREQ).length > 0);
		assert.deepEqual(told, ["connected"]);
		broker.acknowledges = false;
		await heard(2);
		assert.deepEqual(told, ["connected", "the broker is silent"]);
	});

	test("random bytes from the broker end it once, with nothing thrown", async (t) => {
		const broker = await Broker.start(t);
		for (let seed = 1; seed < 40; seed++) {
			const { heard, told, exceptions } = open(t, broker);
			await heard();
			const bytes = Buffer.from(Array.from({ length: 50 }, (_, i) => (seed * 7919 * (i + 1)) >> 5));
			for (const socket of broker.speaking) socket.end(bytes);
			await heard(2);
			assert.equal(told.length, 2, told.join());
			assert.deepEqual(exceptions, []);
		}
	});
});

describe("hearing", LIMIT, () => {
	/** A client that hears of "a" and "b", and what it heard. */
	async function listen(t: Test) {
		const broker = await Broker.start(t);
		const messages: string[] = [];
		const scene = open(t, {
			port: broker.port,
			topics: ["a", "b"],
			onSubscribed: (granted) => void messages.push(`granted ${granted}`),
			onMessage: (topic, payload) => void messages.push(`${topic} ${payload && Buffer.from(payload)}`),
		});
		await scene.heard();
		await until(() => broker.of(SUBSCRIBE).length === 1);
		/** In pieces of that many bytes. */
		const say = async (bytes: number[], size = bytes.length) => {
			for (let at = 0; at < bytes.length; at += size) {
				for (const socket of broker.speaking) socket.write(Uint8Array.from(bytes.slice(at, at + size)));
				await new Promise(setImmediate);
			}
		};
		return { ...scene, broker, messages, say };
	}
	const A = [0, 1, 0x61];

	test("topics are subscribed to with QoS 1, and what the broker grants is told", async (t) => {
		const { broker, messages, say } = await listen(t);
		const { flags, body } = broker.of(SUBSCRIBE)[0]!;
		assert.equal(flags, 2);
		assert.deepEqual([...body], [0, 1, ...A, 1, 0, 1, 0x62, 1]);
		await say([0x90, 4, 0, 1, 1, 0x80]);
		await until(() => messages.length > 0);
		assert.deepEqual(messages, ["granted true,false"]);
	});

	test("messages come whole, in whatever pieces, and are acknowledged where that is asked for", async (t) => {
		const { broker, messages, say } = await listen(t);
		await say([0x90, 4, 0, 1, 1, 1, 0x32, 7, ...A, 1, 2, 0x68, 0x69, 0x30, 4, ...A, 0x21, 0x30, 3, ...A], 1);
		await until(() => messages.length === 4);
		assert.deepEqual(messages, ["granted true,true", "a hi", "a !", "a "]);
		await until(() => broker.of(PUBACK).length === 1);
		assert.deepEqual([...broker.of(PUBACK)[0]!.body], [1, 2]);
	});

	for (const [name, packet, reason] of [
		["a message of another topic", [0x30, 3, 0, 1, 0x63], "the broker sends what nobody asked for"],
		["a message with QoS 2", [0x34, 5, ...A, 0, 1], "the broker sends what nobody asked for"],
		["a message with QoS 3", [0x36, 5, ...A, 0, 1], "the broker sends what nobody asked for"],
		["a message whose topic is longer than itself", [0x30, 4, 0, 9, 0x61, 0x61], "the answer is not MQTT"],
		["a message without its identifier", [0x32, 4, ...A, 0], "the answer is not MQTT"],
		["a message with the identifier 0", [0x32, 5, ...A, 0, 0], "the answer is not MQTT"],
		["a message of two bytes", [0x30, 2, 0, 0], "the answer is not MQTT"],
		["a SUBACK of another packet", [0x90, 4, 0, 9, 1, 1], "the broker sends what nobody asked for"],
		["a SUBACK for one of two", [0x90, 3, 0, 1, 1], "the answer is not MQTT"],
		["a SUBACK for many", [0x90, 9, 0, 1, 1, 1, 1, 1, 1, 1, 1], "the answer is not MQTT"],
	] as const)
		test(`a broker that sends ${name} is left`, async (t) => {
			const { told, heard, say, messages } = await listen(t);
			await say([...packet]);
			await heard(2);
			assert.deepEqual(told, ["connected", reason]);
			assert.deepEqual(messages, []);
		});

	/** A client of a broker that accepts, says what else is in `said`, and takes no more. */
	function unread() {
		const time = new FakeTime();
		const told: string[] = [];
		const said: Uint8Array[] = [CONNACK(0)];
		let heard = 0;
		const network = {
			timers: time,
			connect: (_to: unknown, handler: SocketHandler) => {
				time.once(() => handler.onWritable(1_000), 1);
				time.once(() => handler.onReadable(1), 2);
				return { read: () => said.shift(), write: () => 0, close() {} };
			},
		};
		const client = new MqttClient({
			network: network as unknown as Network,
			to: { endpoint: { secure: false, host: "a", port: 1, path: "" }, trust: {}, allowAddress: () => true },
			clientId: "a",
			keepAlive: 60,
			will: { topic: "a", payload: "b" },
			topics: ["a"],
			onMessage: () => void heard++,
			onConnected: () => void told.push("connected"),
			onClosed: (error) => void told.push(error),
		});
		return { time, told, said, client, heard: () => heard };
	}

	test("a broker that floods it and does not read is left", () => {
		const { time, told, said, heard } = unread();
		for (let i = 0; i < 1_000; i++) said.push(Uint8Array.from([0x32, 5, ...A, 0, 1]));
		time.advance(1_000);
		assert.deepEqual(told, ["connected", "the broker does not read"]);
		assert.ok(heard() < 20, `${heard()}`);
		assert.equal(time.pending, 0);
	});

	test("so is one that reads nothing of what is published", () => {
		const { time, told, client } = unread();
		time.advance(1_000);
		for (let i = 0; i < 20; i++) client.publish("a", "b", false);
		time.advance(1);
		assert.deepEqual(told, ["connected", "the broker does not read"]);
		assert.equal(time.pending, 0);
	});

	test("one timer leaves it, however much is published before that, and none outlives a close", () => {
		const { time, told, client } = unread();
		time.advance(1_000);
		const before = time.pending;
		for (let i = 0; i < 200; i++) client.publish("a", "b", false);
		assert.equal(time.pending, before + 1);
		client.close();
		assert.equal(time.pending, 0);
		assert.deepEqual(told, ["connected"]);
	});

	test("random bytes from the broker end it once, with nothing thrown", async (t) => {
		for (let seed = 1; seed < 20; seed++) {
			const { heard, told, exceptions, broker } = await listen(t);
			const bytes = Buffer.from(Array.from({ length: 50 }, (_, i) => (seed * 7919 * (i + 1)) >> 5));
			bytes[0] = 0x30 | (seed & 11);
			for (const socket of broker.speaking) socket.end(bytes);
			await heard(2);
			assert.deepEqual([told.length, exceptions], [2, []]);
		}
	});
});

describe("leaving", LIMIT, () => {
	test("what was published is sent first, then DISCONNECT, and nothing is told", async (t) => {
		const broker = await Broker.start(t);
		const { client, heard, told } = open(t, broker);
		await heard();
		client.publish("a/status", "suspended", true);
		client.close();
		client.close();
		await until(() => broker.open.size === 0);
		assert.deepEqual(
			broker.packets.map(({ type }) => type),
			[CONNECT, PUBLISH, DISCONNECT],
		);
		assert.deepEqual(told, ["connected"]);
	});

	test("who parts is told when the broker has closed, so that the next connection does not overtake", async (t) => {
		const broker = await Broker.start(t);
		const { client, heard } = open(t, broker);
		await heard();
		client.publish("a/status", "suspended", true);
		await new Promise<void>((resolve) => client.part(resolve));
		assert.deepEqual(
			broker.packets.map(({ type }) => type),
			[CONNECT, PUBLISH, DISCONNECT],
		);
	});

	test("a silent broker is left after 3 s", async (t) => {
		const time = new FakeTime();
		const server = await serveRaw(t, (socket) => void socket.once("data", () => socket.write(CONNACK(0))));
		const { client, heard, told } = open(t, server, { time });
		await heard();
		let gone = false;
		client.part(() => {
			gone = true;
		});
		time.advance(2_999);
		assert.equal(gone, false);
		time.advance(1);
		assert.equal(gone, true);
		assert.deepEqual(told, ["connected"]);
	});

	test("while it connects: nothing is left and nothing is told", async (t) => {
		const broker = await Broker.start(t);
		const { client, told } = open(t, broker);
		let gone = false;
		client.part(() => {
			gone = true;
		});
		assert.equal(gone, true);
		await open(t, broker).heard();
		assert.deepEqual(told, []);
	});

	test("before the broker accepts: nothing is left and nothing is told", async (t) => {
		const broker = await Broker.start(t);
		broker.accepts = undefined;
		const { client, told } = open(t, broker);
		await until(() => broker.packets.length === 1);
		client.close();
		await until(() => broker.open.size === 0);
		assert.deepEqual(told, []);
	});
});
