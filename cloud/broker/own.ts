import { isIPv6, type Socket } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import { Aedes, type AuthenticateError, type Client, type Subscription } from "aedes";
import {
	MQTT_BURST,
	MQTT_CONNECT,
	MQTT_CONNECTIONS,
	MQTT_CONNECTIONS_OF_ADDRESS,
	MQTT_DRAIN,
	MQTT_KEEP_ALIVE,
	MQTT_PACKET,
	MQTT_QUEUE,
	MQTT_RATE,
} from "../limits";
import type { Broker } from "./broker";
import { Listeners } from "./listeners";
import { PacketMeter } from "./packet-meter";
import { Rate } from "./rate";
import { isRetained, mayHear, maySay, RETAINED, topicOf } from "./topics";

export interface OwnBrokerOptions {
	/** PEM. */
	key: string;
	cert: string;
	/** The authority of that certificate, PEM. */
	ca: string;
	/** The name that sensors reach it by. */
	name: string;
	/** 0: any. */
	port: number;
	host?: string;
	/** ms, for rates. */
	clock(): number;
	/** Whether that is the password of the sensor's login. */
	verify(sensor: string, password: string): Promise<boolean>;
	onError(error: unknown): void;
}

export interface OwnBroker extends Broker {
	readonly port: number;
}

/** Who is behind a connection. */
interface Guest {
	sensor: string;
	udid: string;
	rate: Rate;
}

/** MQTT 3.1.1, 3.2.2.3. */
const NOT_IDENTIFIED = 2;
const WRONG_PASSWORD = 4;

/**
 * A broker over TLS. A login is one sensor's, with one connection and one device at a time; it may say what is below its own
 * topic, hear of its own orders, and nothing else. What is retained is in memory: a sensor
 * says it anew when it connects.
 */
export async function openOwnBroker(options: OwnBrokerOptions): Promise<OwnBroker> {
	const { clock, verify, onError } = options;
	const guests = new WeakMap<Client, Guest>();
	const devices = new Map<string, string>();
	const listeners = new Listeners(onError);
	const aedes = new Aedes({
		connectTimeout: MQTT_CONNECT,
		drainTimeout: MQTT_DRAIN,
		keepaliveLimit: MQTT_KEEP_ALIVE,
		queueLimit: MQTT_QUEUE,
		maxInflightInbound: MQTT_QUEUE,
		maxTopicLevels: 8,
		// Nothing is kept for who is not there.
		preConnect: (_client, packet, done) => done(null, packet.clean === true),
		authenticate: (client, user, password, done) => {
			admitGuest(client, user, password).then(
				(code) => done(code === 0 ? null : refusal(code), code === 0),
				(error) => {
					onError(error);
					done(refusal(3), false);
				},
			);
		},
		authorizePublish: (client, packet, done) => {
			const guest = client && guests.get(client);
			packet.retain &&= isRetained(packet.topic);
			if (!guest || !maySay(guest.sensor, guest.udid, packet.topic)) done(new Error("not its topic"));
			else if (!guest.rate.take()) done(new Error("too many messages"));
			else done(null);
		},
		authorizeSubscribe: (client, subscription, done) => {
			const guest = guests.get(client);
			const allowed = guest && mayHear(guest.sensor, guest.udid, subscription.topic);
			done(null, allowed ? (subscription as Subscription) : null);
		},
	});
	await aedes.listen();

	async function admitGuest(client: Client, user = "", password?: Buffer): Promise<number> {
		// As docs/protocol.md has it; two sensors of different owners may claim the same device.
		const udid = /^ambient16-([0-9a-f]{12})$/.exec(client.id)?.[1];
		if (udid === undefined) return NOT_IDENTIFIED;
		if (!password || !(await verify(user, password.toString()))) return WRONG_PASSWORD;
		const before = devices.get(user);
		if (before !== undefined && before !== udid) await clear(user, before);
		devices.set(user, udid);
		// By this the broker tells connections apart, and ends the older one of two: nobody ends another's.
		client.id = user;
		guests.set(client, {
			sensor: user,
			udid,
			rate: new Rate(clock, MQTT_BURST, MQTT_RATE),
		});
		return 0;
	}

	function send(topic: string, payload: string, retain: boolean): Promise<void> {
		return new Promise((resolve, reject) =>
			aedes.publish(
				{ cmd: "publish", topic, payload: Buffer.from(payload), qos: 1, retain, dup: false },
				(error) => (error ? reject(error) : resolve()),
			),
		);
	}

	async function clear(sensor: string, udid: string): Promise<void> {
		for (const name of RETAINED) await send(`${topicOf(sensor)}/${udid}/${name}`, "", true);
	}

	aedes.on("publish", ({ topic, payload }, client) => {
		if (client) listeners.tell(topic, payload);
	});
	// What a client does wrong has ended its connection, and is no error of ours.
	aedes.on("clientError", () => {});
	aedes.on("connectionError", () => {});

	const perAddress = new Map<string, number>();
	const open = new Set<Socket>();
	const server = createServer({
		key: options.key,
		cert: options.cert,
		minVersion: "TLSv1.2",
		handshakeTimeout: MQTT_CONNECT,
	});
	server.maxConnections = MQTT_CONNECTIONS;
	server.on("connection", (socket) => {
		const address = socket.remoteAddress ?? "";
		const count = (perAddress.get(address) ?? 0) + 1;
		if (count > MQTT_CONNECTIONS_OF_ADDRESS) return void socket.destroy();
		perAddress.set(address, count);
		open.add(socket);
		socket.once("close", () => {
			open.delete(socket);
			const left = (perAddress.get(address) ?? 1) - 1;
			if (left > 0) perAddress.set(address, left);
			else perAddress.delete(address);
		});
	});
	server.on("tlsClientError", () => {});
	server.on("secureConnection", (socket) => accept(socket));

	function accept(socket: TLSSocket): void {
		const meter = new PacketMeter(MQTT_PACKET);
		const client = aedes.handle(socket);
		// Told of what the broker reads, before its parser is.
		socket.on("data", (bytes: Buffer) => {
			if (!meter.push(bytes)) client.close();
		});
	}

	await new Promise<void>((resolve, reject) => {
		server.once("error", reject);
		server.listen(options.port, options.host, () => {
			server.removeListener("error", reject);
			server.on("error", onError);
			resolve();
		});
	});

	const { port } = server.address() as { port: number };
	return {
		port,
		url: `mqtts://${isIPv6(options.name) ? `[${options.name}]` : options.name}:${port}`,
		ca: options.ca,
		renew: (certificate) => server.setSecureContext({ ...certificate, minVersion: "TLSv1.2" }),
		// Passwords are looked up as sensors connect.
		admit: async () => {},
		async forget(sensor) {
			const client = (aedes as unknown as { clients: Record<string, Client> }).clients[sensor];
			if (client) await new Promise<void>((resolve) => client.close(() => resolve()));
			const udid = devices.get(sensor);
			devices.delete(sensor);
			if (udid !== undefined) await clear(sensor, udid);
		},
		publish: (topic, payload) => send(topic, payload, false),
		listen: (listener) => listeners.add(listener),
		async close() {
			const closed = new Promise<void>((resolve) => server.close(() => resolve()));
			await new Promise<void>((resolve) => aedes.close(() => resolve()));
			for (const socket of open) socket.destroy();
			await closed;
		},
	};
}

function refusal(code: number): AuthenticateError {
	return Object.assign(new Error("refused"), { returnCode: code });
}
