import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { describe, test } from "node:test";
import { createServer as createTlsServer } from "node:tls";
import { Authority, type Issued } from "../support/authority";
import type { Scope } from "../support/desk";
import { Mosquitto, mosquitto, Subscriber } from "./support/broker";
import { InfluxDb, influxd } from "./support/databases";
import { NO_DIFFERENCE, OwnedDevice, settle } from "./support/device";
import { patiently } from "./support/service";

const LIMIT = { timeout: 600_000 };

const authority = await Authority.create();
const stranger = await Authority.create();
const good = await authority.issue();

describe("what a device sends over TLS", { ...LIMIT, concurrency: true }, () => {
	test("points arrive in InfluxDB over HTTPS, with a CA and with a fingerprint", {
		skip: influxd.skip,
	}, async (t) => {
		const database = await InfluxDb.create(t, good);
		const setInflux = { ...database.settings, ca: authority.ca };
		const device = await OwnedDevice.create(t, { setInflux }, 240);
		await device.measures(20);
		await patiently(async () => (await database.points()).size >= 20, "nothing arrives");
		await device.command({ setInflux: { ...database.settings, fingerprint: good.fingerprint } });
		await device.measures(20);
		assert.deepEqual(await settle(device, database), NO_DIFFERENCE);
		assert.deepEqual(device.problems, []);
	});

	test("points for a database that wants TLS and is spoken to without are not dropped for its 400", {
		skip: influxd.skip,
	}, async (t) => {
		const database = await InfluxDb.create(t, good);
		const plain = { ...database.settings, url: `http://127.0.0.1:${database.port}` };
		const device = await OwnedDevice.create(t, { setInflux: plain }, 60);
		await device.measures(5);
		await patiently(
			() => device.problems.some((problem) => problem.startsWith("database: TLS is spoken there (400)")),
			() => `${device.problems}`,
		);
		const { points } = await device.sending();
		assert.ok(
			points.waiting >= 5 && points.sent + points.lost + points.refused === 0,
			JSON.stringify(points),
		);
		await device.command({ setInflux: { ...database.settings, ca: authority.ca } });
		assert.deepEqual(await settle(device, database), NO_DIFFERENCE);
	});

	test("events arrive at Mosquitto over TLS, with a CA and with a fingerprint", {
		skip: mosquitto.skip,
	}, async (t) => {
		const broker = await Mosquitto.create(t, { identity: good });
		const subscriber = await Subscriber.create(t, broker);
		const url = `mqtts://localhost:${broker.securePort}`;
		const device = await OwnedDevice.create(t, { setMqtt: { ...broker.settings, url, ca: authority.ca } });
		await patiently(
			() => `${subscriber.on("/status")}` === "online",
			() => `it does not come: ${device.problems} ${broker.log}`,
		);
		await device.command({ setMqtt: { ...broker.settings, url, fingerprint: good.fingerprint } });
		await patiently(
			() => `${subscriber.on("/status")}`.endsWith("suspended,online"),
			() => `${subscriber.on("/status")} ${device.problems} ${broker.log}`,
		);
		device.desk.send({ motion: "left-to-right" });
		await patiently(() => subscriber.on("/event/motion").length > 0, "no event");
		assert.deepEqual(device.problems, []);
	});
});

interface Case {
	name: string;
	/** Undefined: no TLS is spoken. */
	identity: Promise<Issued> | undefined;
	trust: object;
	reason: string;
}

const ownCa = { ca: authority.ca };
const CASES: Case[] = [
	{
		name: "the wrong CA",
		identity: stranger.issue(),
		trust: ownCa,
		reason: "certificate not issued by the CA",
	},
	{ name: "no CA", identity: authority.issue(), trust: {}, reason: "certificate not issued by the CA" },
	{
		name: "an expired certificate",
		identity: authority.issue({ from: -3, until: -1 }),
		trust: ownCa,
		reason: "certificate has expired",
	},
	{
		name: "another name",
		identity: authority.issue({ names: ["other.local"] }),
		trust: ownCa,
		reason: "certificate is for another host",
	},
	{
		name: "another certificate than the pinned one",
		identity: authority.issue(),
		trust: { fingerprint: good.fingerprint },
		reason: "certificate is not the pinned one",
	},
	{ name: "no TLS", identity: undefined, trust: ownCa, reason: "TLS is not spoken there" },
];

test(
	"a wrong certificate, or none: nothing is sent, the reason is told, and the points wait",
	LIMIT,
	async (t) => {
		const first = await Trap.open(t, good);
		const settings = (port: number, trust: object) => ({
			setInflux: {
				url: `https://localhost:${port}`,
				database: "home",
				user: "me",
				password: PASSWORD,
				...trust,
			},
			setMqtt: { url: `mqtts://localhost:${port}`, user: "me", password: PASSWORD, ...trust },
		});
		const device = await OwnedDevice.create(t, settings(first.port, ownCa), 60);
		// Otherwise all is well, and the trap catches what is sent.
		await device.measures(1);
		await patiently(
			() => first.caught.includes("POST /write?db=home") && first.caught.includes("MQTT"),
			"the trap catches nothing",
		);
		for (const { name, identity, trust, reason } of CASES) {
			const trap = await Trap.open(t, await identity);
			const before = device.problems.length;
			await device.command(settings(trap.port, trust));
			await device.measures(2);
			const told = (what: string) => device.problems.slice(before).includes(`${what}: ${reason}`);
			await patiently(
				() => told("database") && told("broker"),
				() => `${name}: ${device.problems.slice(before)}`,
			);
			assert.doesNotMatch(trap.caught, /POST|MQTT|\/write|ambient16|authorization/i, name);
			const { points, events } = await device.sending();
			assert.deepEqual([points.error, events.error], [reason, reason], name);
			assert.ok(points.waiting >= 3 && points.lost === 0, `${points.waiting} points wait`);
			t.diagnostic(`${name}: ${reason}; ${trap.connections} connections, ${points.waiting} points wait`);
		}
		assert.ok(!device.desk.output.includes(PASSWORD));
	},
);

test("plain text to an address outside the home is refused when it is set", LIMIT, async (t) => {
	const device = await OwnedDevice.create(t);
	for (const command of [
		{ setInflux: { url: "http://8.8.8.8:8086", database: "home" } },
		{ setInflux: { url: "http://db.example.org", database: "home" } },
		{ setMqtt: { url: "mqtt://8.8.8.8" } },
		{ setMqtt: { url: "mqtt://broker.example.org" } },
	]) {
		const answer = await device.enterHttps(command);
		await device.leaveHttps();
		assert.deepEqual([answer.status, answer.json.code], [400, "invalid-field"], answer.text);
	}
});

const PASSWORD = "sUpErSeCrEt";

/** A server that catches all that it is told, in plain text or deciphered, and never answers. */
class Trap {
	port = 0;
	caught = "";
	connections = 0;

	static async open(scope: Scope, identity: Issued | undefined): Promise<Trap> {
		const trap = new Trap();
		const open = new Set<Socket>();
		const hear = (socket: Socket) => {
			socket.on("error", () => {});
			socket.on("data", (bytes: Buffer) => {
				trap.caught += bytes.toString("latin1");
				// So that a TLS client knows that it is none.
				if (!identity) socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
			});
		};
		const server: Server = identity
			? createTlsServer(identity, hear).on("tlsClientError", () => {})
			: createTcpServer(hear);
		server.on("connection", (socket: Socket) => {
			trap.connections++;
			open.add(socket);
			socket.on("close", () => open.delete(socket)).on("error", () => {});
		});
		server.listen(0, "127.0.0.1");
		await once(server, "listening");
		trap.port = (server.address() as AddressInfo).port;
		scope.after(() => {
			for (const socket of open) socket.destroy();
			server.close();
		});
		return trap;
	}
}
