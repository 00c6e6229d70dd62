import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { describe, test } from "node:test";
import { createServer as createTlsServer } from "node:tls";
import type { Lookup } from "../../../hosts/desktop/dial";
import { MqttLink } from "../../../hosts/desktop/mqtt";
import { DesktopTime } from "../../../hosts/desktop/time";
import type { MqttOptions, Timers, Trust } from "../../../hosts/host";
import { isHomeAddress } from "../../../modules/net/home";
import { FakeTime } from "../../fakes/host";
import { Authority, type Issued } from "../../support/authority";
import { until } from "./loopback";

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
	readonly open = new Set<Socket>();

	static async start(t: Test, identity?: Issued): Promise<Broker> {
		const broker = new Broker();
		const welcome = (socket: Socket) => broker.#welcome(socket);
		const server: Server = identity
			? createTlsServer(identity, welcome).on("tlsClientError", () => {})
			: createTcpServer(welcome);
		server.listen(0, "127.0.0.1");
		await once(server, "listening");
		broker.port = (server.address() as AddressInfo).port;
		t.after(() => {
			for (const socket of broker.open) socket.destroy();
			server.close();
		});
		return broker;
	}

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
		for (const socket of this.open) socket.write(Buffer.concat([Buffer.from([0x40, 2]), id]));
	}

	#welcome(socket: Socket): void {
		let held = Buffer.alloc(0);
		this.open.add(socket);
		socket.on("error", () => {});
		socket.on("close", () => this.open.delete(socket));
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

interface Wish extends Partial<MqttOptions> {
	port: number;
	host?: string;
	secure?: boolean;
	trust?: Trust;
}

/** A link, and what it has told. */
function open(
	t: Test,
	{ port, host = "127.0.0.1", secure = false, ...others }: Wish,
	timers?: Timers,
	lookup?: Lookup,
	before: MqttLink[] = [],
) {
	const told: string[] = [];
	const exceptions: unknown[] = [];
	let isGone = false;
	const link = new MqttLink(
		{
			endpoint: { secure, host, port, path: "" },
			trust: {},
			allowAddress: () => true,
			clientId: "ambient16-10000fb38278",
			keepAlive: 60,
			will: { topic: "a/status", payload: "offline" },
			onConnected: () => void told.push("connected"),
			onClosed: (error) => void told.push(error),
			...others,
		},
		{
			before,
			timers: timers ?? new DesktopTime(1, (error) => exceptions.push(error)),
			onException: (error) => exceptions.push(error),
			onGone: () => {
				isGone = true;
			},
			...(lookup && { lookup }),
		},
	);
	t.after(() => link.destroy());
	return {
		link,
		told,
		exceptions,
		gone: () => until(() => isGone),
		heard: (count = 1) => until(() => told.length >= count),
	};
}

const resolvesTo =
	(...addresses: string[]): Lookup =>
	(_name, done) =>
		setImmediate(
			done,
			null,
			addresses.map((address) => ({ address, family: 4 })),
		);

const authority = await Authority.create();
const LIMIT = { timeout: 20_000 };

describe("connecting", LIMIT, () => {
	test("it speaks MQTT 3.1.1 with a clean session, its will, user and password", async (t) => {
		const broker = await Broker.start(t);
		const { heard, told } = open(t, { ...broker, user: "me", password: "secret" });
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
			const { told, gone } = open(t, broker);
			await gone();
			assert.deepEqual(told, [text]);
		});

	test("a broker that never accepts is given up after 15 s", async (t) => {
		const time = new FakeTime();
		const broker = await Broker.start(t);
		broker.accepts = undefined;
		const { told } = open(t, broker, time);
		await until(() => broker.packets.length === 1);
		time.advance(15_000);
		assert.deepEqual(told, ["no answer in time"]);
		await until(() => broker.open.size === 0);
		assert.equal(time.pending, 0);
	});

	test("a server that speaks something else is left", async (t) => {
		const server = createTcpServer((socket) => void socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
		server.listen(0, "127.0.0.1");
		await once(server, "listening");
		t.after(() => void server.close());
		const { told, gone } = open(t, { port: (server.address() as AddressInfo).port });
		await gone();
		assert.equal(told.length, 1);
	});

	test("a closed port is told", async (t) => {
		const server = createTcpServer().listen(0, "127.0.0.1");
		await once(server, "listening");
		const { port } = server.address() as AddressInfo;
		server.close();
		await once(server, "close");
		const { told, heard } = open(t, { port });
		await heard();
		assert.deepEqual(told, ["connection refused"]);
	});

	test("a name that resolves outside the home is not connected to", async (t) => {
		const broker = await Broker.start(t);
		const wish = { ...broker, host: "broker.local", allowAddress: isHomeAddress };
		const outside = open(t, wish, undefined, resolvesTo("8.8.8.8"));
		await outside.heard();
		assert.deepEqual(outside.told, ["the address 8.8.8.8 is outside the home"]);
		const inside = open(t, wish, undefined, resolvesTo("127.0.0.1"));
		await inside.heard();
		assert.deepEqual(inside.told, ["connected"]);
	});

	test("a password without a user is an error that does not name it", async (t) => {
		const broker = await Broker.start(t);
		const { told, gone } = open(t, { ...broker, password: "secret" });
		await gone();
		assert.equal(told.length, 1);
		assert.doesNotMatch(told[0] ?? "", /secret/);
	});

	test("an exception of the device is told and changes nothing", async (t) => {
		const broker = await Broker.start(t);
		const onConnected = () => {
			throw new Error("mine");
		};
		const { link, exceptions } = open(t, { ...broker, onConnected });
		await until(() => exceptions.length === 1);
		link.publish("a", "b", false);
		await until(() => broker.of(PUBLISH).length === 1);
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
			const { told, heard } = open(t, { ...broker, secure: true, trust });
			await heard();
			assert.deepEqual(told, [outcome]);
			assert.equal(broker.packets.length, outcome === "connected" ? 1 : 0);
		});

	test("the pinned certificate is taken", async (t) => {
		const identity = await authority.issue({ selfSigned: true, names: ["x.local"] });
		const broker = await Broker.start(t, identity);
		const { told, heard } = open(t, {
			...broker,
			secure: true,
			trust: { fingerprint: identity.fingerprint },
		});
		await heard();
		assert.deepEqual(told, ["connected"]);
	});

	test("a broker without TLS gets no word of MQTT", async (t) => {
		const broker = await Broker.start(t);
		const { told, heard } = open(t, { ...broker, secure: true, password: "secret", user: "me" });
		await until(() => broker.open.size === 1);
		for (const socket of broker.open) socket.write(CONNACK(0));
		await heard();
		assert.deepEqual(told, ["broken TLS from the peer"]);
		const text = broker.packets.map(({ body }) => body.toString("latin1")).join("");
		assert.doesNotMatch(text, /MQTT|secret/);
	});
});

describe("publishing", LIMIT, () => {
	test("each goes with QoS 1, retained if asked, and is done when acknowledged", async (t) => {
		const broker = await Broker.start(t);
		broker.acknowledges = false;
		const { link, heard } = open(t, broker);
		await heard();
		const done: string[] = [];
		link.publish("a/1", "one", true, () => done.push("one"));
		link.publish("a/2", "zwei ä", false, () => done.push("two"));
		await until(() => broker.of(PUBLISH).length === 2);
		assert.deepEqual(broker.published, ["a/1 one 1", "a/2 zwei ä 0"]);
		assert.deepEqual(done, []);
		for (const packet of broker.of(PUBLISH)) broker.acknowledge(packet);
		await until(() => done.length === 2);
	});

	test("nothing is done when the connection ends before", async (t) => {
		const broker = await Broker.start(t);
		broker.acknowledges = false;
		const { link, heard, told, gone } = open(t, broker);
		await heard();
		link.publish("a", "b", false, () => assert.fail("done"));
		await until(() => broker.of(PUBLISH).length === 1);
		for (const socket of broker.open) socket.destroy();
		await gone();
		assert.deepEqual(told, ["connected", "the connection was cut"]);
		link.publish("a", "c", false, () => assert.fail("done"));
		assert.equal(broker.of(PUBLISH).length, 1);
	});

	test("a broker that does not acknowledge is left after 256", async (t) => {
		const broker = await Broker.start(t);
		broker.acknowledges = false;
		const { link, heard, told } = open(t, broker);
		await heard();
		for (let i = 0; i < 257; i++) link.publish("a", `${i}`, false);
		await heard(2);
		assert.deepEqual(told, ["connected", "the broker does not acknowledge"]);
		assert.ok(broker.of(PUBLISH).length <= 256);
	});

	test("thousands go through a broker that acknowledges", async (t) => {
		const broker = await Broker.start(t);
		const { link, heard } = open(t, broker);
		await heard();
		let done = 0;
		await new Promise<void>((resolve) => {
			const next = () => (++done > 2_000 ? resolve() : link.publish("a", `${done}`, false, next));
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

	test("a broker that publishes, though nothing is subscribed to, is left", async (t) => {
		const broker = await Broker.start(t);
		const { gone, told, exceptions } = open(t, broker);
		await until(() => told.length === 1);
		// With QoS 2, of which a client has to keep each one until it is released.
		const publish = (id: number) => Buffer.from([0x34, 6, 0, 1, 0x61, id >> 8, id & 255, 0x78]);
		for (const socket of broker.open) for (let id = 1; id < 1_000; id++) socket.write(publish(id));
		await gone();
		assert.deepEqual(told, ["connected", "the broker sends what nobody asked for"]);
		assert.deepEqual(exceptions, []);
	});

	test("a broker that falls silent is left after a keep-alive", async (t) => {
		const broker = await Broker.start(t);
		const { told, gone } = open(t, { ...broker, keepAlive: 1 });
		await until(() => broker.of(PINGREQ).length > 0);
		assert.deepEqual(told, ["connected"]);
		broker.acknowledges = false;
		await gone();
		assert.deepEqual(told, ["connected", "the broker is silent"]);
	});

	test("random bytes from the broker end it once, with nothing thrown", async (t) => {
		const broker = await Broker.start(t);
		for (let seed = 1; seed < 40; seed++) {
			const { heard, told, gone, exceptions } = open(t, broker);
			await heard();
			const bytes = Buffer.from(Array.from({ length: 50 }, (_, i) => (seed * 7919 * (i + 1)) >> 5));
			for (const socket of broker.open) socket.end(bytes);
			await gone();
			assert.equal(told.length, 2, told.join());
			assert.deepEqual(exceptions, []);
		}
	});
});

describe("closing", LIMIT, () => {
	test("what was published is sent first, then DISCONNECT, and nothing is told", async (t) => {
		const broker = await Broker.start(t);
		const { link, heard, told, gone } = open(t, broker);
		await heard();
		link.publish("a/status", "suspended", true);
		link.close();
		link.close();
		await gone();
		await until(() => broker.open.size === 0);
		assert.deepEqual(
			broker.packets.map(({ type }) => type),
			[CONNECT, PUBLISH, DISCONNECT],
		);
		assert.deepEqual(told, ["connected"]);
	});

	test("the next connection waits for it, so that the broker does not take it for lost", async (t) => {
		const broker = await Broker.start(t);
		const first = open(t, broker);
		await first.heard();
		first.link.publish("a/status", "suspended", true);
		first.link.close();
		const second = open(t, broker, undefined, undefined, [first.link]);
		await second.heard();
		assert.deepEqual(
			broker.packets.map(({ type }) => type),
			[CONNECT, PUBLISH, DISCONNECT, CONNECT],
		);
	});

	test("a silent broker is left after 3 s", async (t) => {
		const time = new FakeTime();
		const broker = await Broker.start(t);
		const { link, heard, told } = open(t, broker, time);
		await heard();
		broker.acknowledges = false;
		link.publish("a/status", "suspended", true);
		link.close();
		await until(() => broker.of(PUBLISH).length === 1);
		time.advance(3_000);
		await until(() => broker.open.size === 0);
		assert.deepEqual(told, ["connected"]);
		assert.equal(time.pending, 0);
	});

	test("while it connects: nothing is left and nothing is told", async (t) => {
		const broker = await Broker.start(t);
		const { link, told, gone } = open(t, broker);
		link.close();
		await gone();
		const later = open(t, broker);
		await later.heard();
		await until(() => broker.open.size === 1);
		assert.deepEqual(told, []);
		later.link.close();
		await until(() => broker.open.size === 0);
	});

	test("before the broker accepts: nothing is left and nothing is told", async (t) => {
		const broker = await Broker.start(t);
		broker.accepts = undefined;
		const { link, told, gone } = open(t, broker);
		await until(() => broker.packets.length === 1);
		link.close();
		await gone();
		await until(() => broker.open.size === 0);
		assert.deepEqual(told, []);
	});
});
