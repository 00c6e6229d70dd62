import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { type TestContext, test } from "node:test";
import type { Host, Network, SocketHandler, Stream } from "../../hosts/host";
import { MqttEvents } from "../../modules/cloud/mqtt-events";
import { FakeTime } from "../fakes/host";
import { desktopNetwork } from "../support/servers";
import { Mosquitto, mosquitto } from "./support/broker";
import { patiently, pause } from "./support/service";

const DEVICES = 1_000;
/** ms that the broker is away. */
const OUTAGE = 3_000;
/** ms. */
const SLOT = 100;
/** Bytes that a device may write at a time. */
const WINDOW = 65_536;
/** CONNACK and PINGRESP, by the first byte of what they answer. */
const REPLIES: Readonly<Record<number, readonly number[]>> = { 16: [0x20, 2, 0, 0], 192: [0xd0, 0] };

type Random = Host["random"];
type Time = Pick<Network, "clock" | "timers">;

const jitter: Random = (count) => randomBytes(count);
/** The longest wait each time: exponential backoff as it is without jitter. */
const noJitter: Random = (count) => new Uint8Array(count).fill(255);

// docs/own-infrastructure.md has the tables that these print.

test("1,000 devices whose broker restarts do not come back as one", (t) => {
	const [jittered, plain] = [simulate(jitter), simulate(noJitter)];
	print(t, jittered, plain);
	const later = (attempts: Attempts) => attempts.most(1_000, OUTAGE);
	assert.deepEqual([plain.most(SLOT), later(plain)], [DEVICES, DEVICES]);
	assert.ok(jittered.most(SLOT) < 0.25 * DEVICES, `${jittered.most(SLOT)} in 0.1 s`);
	assert.ok(later(jittered) < 0.4 * DEVICES, `${later(jittered)} in a second when it is back`);
});

test("1,000 devices come back to a real broker", { skip: mosquitto.skip, timeout: 600_000 }, async (t) => {
	const [jittered, plain] = await Promise.all([restart(t, jitter), restart(t, noJitter)]);
	print(t, jittered, plain);
});

/** When connections were attempted, ms from the end of the broker on. */
class Attempts {
	readonly times: number[] = [];

	/** The most that fell within `span` ms, from `from` on. */
	most(span: number, from = 0): number {
		const times = this.times.filter((time) => time >= from).sort((a, b) => a - b);
		let first = 0;
		return times.reduce((most, time, last) => {
			while ((times[first] as number) <= time - span) first++;
			return Math.max(most, last - first + 1);
		}, 0);
	}

	/** All that fell within a second, and the most within SLOT of it. */
	row(second: number): string {
		const part = new Attempts();
		for (const time of this.times) if (Math.floor(time / 1_000) === second) part.times.push(time);
		return `${part.times.length} (${part.most(SLOT)})`;
	}
}

function print(t: TestContext, jittered: Attempts, plain: Attempts): void {
	const last = Math.max(...jittered.times, ...plain.times);
	t.diagnostic("second: attempts (most of them in 0.1 s) with jitter, without");
	for (let second = 0; second <= last / 1_000; second++)
		t.diagnostic(`${second}: ${jittered.row(second)}, ${plain.row(second)}`);
}

function fleet(random: Random, { clock, timers }: Time, connect: Network["connect"]): MqttEvents[] {
	const network = { clock, timers, connect } as unknown as Host["network"];
	return Array.from({ length: DEVICES }, (_, i) => {
		const udid = `1000${i.toString(16).padStart(8, "0")}`;
		return new MqttEvents(
			{ udid, random, network },
			{
				token: { value: "abcdefgh" },
				settings: { value: { name: null } },
				mqttApi: { execute() {} },
				light: { order: undefined, show() {} },
				diagnose: () => ({ uptime: 1 }),
				onProblem() {},
			},
		);
	});
}

/** A stream to a broker that answers CONNECT and PINGREQ, and takes all else. */
function answered(handler: SocketHandler, time: FakeTime): Stream {
	const replies: Uint8Array[] = [];
	return {
		read: () => replies.shift(),
		write(bytes) {
			const reply = REPLIES[bytes[0]!];
			if (reply) {
				replies.push(Uint8Array.from(reply));
				time.once(() => handler.onReadable(reply.length), 0);
			}
			return WINDOW;
		},
		close() {},
	};
}

function settings(port: number) {
	return { url: `mqtt://127.0.0.1:${port}`, topic: "ambient16", discovery: false, trust: {} };
}

/** In simulated time, with a broker that answers at once. */
function simulate(random: Random): Attempts {
	const time = new FakeTime();
	const attempts = new Attempts();
	const begin = time.monotonic() + 60_000;
	const open = new Set<SocketHandler>();
	let isUp = true;
	const devices = fleet(random, { clock: time, timers: time }, (_to, handler) => {
		if (time.monotonic() >= begin) attempts.times.push(time.monotonic() - begin);
		time.once(() => {
			if (!isUp) return handler.onError("connection refused");
			open.add(handler);
			handler.onWritable(WINDOW);
		}, 0);
		return answered(handler, time);
	});
	for (const device of devices) device.configure(settings(1883));
	time.advance(60_000);
	isUp = false;
	for (const handler of open) handler.onError("the connection was cut");
	time.advance(OUTAGE);
	isUp = true;
	time.advance(60_000);
	assert.ok(devices.every(({ status }) => status.connected));
	return attempts;
}

/** With Mosquitto, until all but the last 1 % are back. */
async function restart(t: TestContext, random: Random): Promise<Attempts> {
	const broker = await Mosquitto.create(t, { closed: false });
	const attempts = new Attempts();
	let begin = Number.POSITIVE_INFINITY;
	const { network } = desktopNetwork(t);
	const devices = fleet(random, network, (to, handler) => {
		if (performance.now() >= begin) attempts.times.push(performance.now() - begin);
		return network.connect(to, handler);
	});
	t.after(() => {
		for (const device of devices) device.close();
	});
	const connected = () => devices.filter((device) => device.status.connected).length;
	for (let i = 0; i < DEVICES; i += 100) {
		for (const device of devices.slice(i, i + 100)) device.configure(settings(broker.port));
		await patiently(
			() => connected() === i + 100,
			() => `${connected()} of ${i + 100} connect`,
		);
	}
	await broker.stop("SIGKILL");
	begin = performance.now();
	await pause(OUTAGE);
	await broker.start();
	await patiently(
		() => connected() >= 0.99 * DEVICES,
		() => `${connected()} come back`,
		60_000,
	);
	return attempts;
}
