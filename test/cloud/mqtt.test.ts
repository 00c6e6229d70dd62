import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { complaints } from "../support/home-assistant";
import { Mosquitto, mosquitto, Subscriber } from "./support/broker";
import { OwnedDevice } from "./support/device";
import { patiently } from "./support/service";
import { Wire } from "./support/trouble";

const OPTIONS = { skip: mosquitto.skip, concurrency: true, timeout: 600_000 };

describe("MQTT through Mosquitto", OPTIONS, () => {
	test("every movement arrives at least once and in order, through restarts of the broker and cuts", async (t) => {
		const broker = await Mosquitto.create(t);
		const wire = await Wire.open(t, broker.port);
		const subscriber = await Subscriber.create(t, broker);
		const setMqtt = { ...broker.settings, url: `mqtt://127.0.0.1:${wire.port}` };
		const device = await OwnedDevice.create(t, { setMqtt }, 60);
		/** Somebody may have passed before it knew the broker: then there was nobody to tell. */
		const early = device.motions.length;

		await moves(10);
		await arrive();
		// In the middle of a packet.
		wire.length = () => 5_000;
		wire.cut();
		await moves(20);
		await patiently(() => wire.cuts >= 2, "no cut", 40_000);
		wire.length = () => Number.POSITIVE_INFINITY;
		await moves(10);
		await arrive();
		await broker.stop();
		await moves(20);
		await broker.start();
		await arrive();
		await moves(20, () => broker.stop().then(() => broker.start()));
		await arrive();

		const { events } = await device.sending();
		assert.equal(events.dropped, 0);
		const again = subscriber.on("/event/motion").length - device.motions.length;
		t.diagnostic(
			`${device.motions.length} movements, ${again} came again; ${wire.connections} connections, ${wire.cuts} cuts`,
		);

		/** Moves in front of the device; halfway it does something else besides. */
		async function moves(count: number, besides: () => unknown = () => {}): Promise<void> {
			let done: unknown;
			for (let i = 0; i < count; i++) {
				const before = device.motions.length;
				device.desk.send({ motion: i % 3 === 0 ? "left-to-right" : "right-to-left" });
				await patiently(() => device.motions.length > before, "it sees nothing");
				if (i === count / 2) done = besides();
			}
			await done;
		}

		async function arrive(): Promise<void> {
			await patiently(
				() => {
					const payloads = subscriber.on("/event/motion");
					for (let first = 0; first <= early; first++)
						if (areInOrder(payloads, device.motions.slice(first))) return true;
					return false;
				},
				"movements are missing or out of order",
				40_000,
			);
		}
	});

	test("its states are seen: online, suspended in HTTPS mode, offline at its end and when it is lost", async (t) => {
		const broker = await Mosquitto.create(t);
		const subscriber = await Subscriber.create(t, broker);
		const device = await OwnedDevice.create(t, { setMqtt: broker.settings });
		const states = () => subscriber.on(`ambient16/${device.desk.udid}/status`);
		const becomes = (...expected: string[]) =>
			patiently(
				() => `${states()}`.endsWith(`${expected}`),
				() => `${states()} is not ${expected}`,
			);
		await becomes("online");
		await device.enterHttps({ getData: {} });
		await becomes("online", "suspended");
		await device.leaveHttps();
		await becomes("online", "suspended", "online");
		await device.restart(60);
		await becomes("suspended", "online", "offline", "online");
		// Discovery and windows come as well.
		await patiently(() => subscriber.on("/data").length >= 3, "no data");
		const [data] = subscriber.on("/data").map((payload) => JSON.parse(payload));
		const { time, motionEvents, ...readings } = data;
		assert.deepEqual(readings, device.measured.get(time));
		assert.equal(typeof motionEvents, "number");

		await device.kill();
		await becomes("offline", "online", "offline");
		// Whoever comes later is told as well.
		const late = await Subscriber.create(t, broker, "late");
		await patiently(() => late.messages.length > 0, "nothing is retained");
		const [status] = late.messages.filter(({ topic }) => topic.endsWith("/status"));
		assert.deepEqual([status?.payload, status?.retain], ["offline", true]);

		const configs = new Map(
			subscriber.messages
				.filter(({ topic }) => topic.startsWith("homeassistant/"))
				.map(({ topic, payload }) => [topic, payload]),
		);
		// Six quantities, movements, its start, and whether it has a problem.
		assert.equal(configs.size, 9);
		for (const [topic, payload] of configs) assert.deepEqual(complaints(topic, payload), [], topic);
	});

	test("a broker that is left keeps nothing of the device", async (t) => {
		const broker = await Mosquitto.create(t);
		const device = await OwnedDevice.create(t, { setMqtt: { ...broker.settings, light: true } }, 60);
		const subscriber = await Subscriber.create(t, broker);
		/** The last one of each topic. */
		const configs = () => [
			...new Map(
				subscriber.messages
					.filter(({ topic }) => topic.startsWith("homeassistant/"))
					.map(({ topic, payload }) => [topic, payload]),
			).values(),
		];
		await patiently(() => configs().length === 10, "no discovery");
		await device.command({ setMqtt: null });
		await patiently(() => configs().every((payload) => payload === ""), "it is still told of");
		await patiently(() => subscriber.on("/status").at(-1) === "", "its status stays");
		assert.equal(subscriber.on("/status").at(-2), "offline");
		const late = await Subscriber.create(t, broker, "late");
		assert.deepEqual(late.messages, []);
	});

	test("a broker that refuses the password is told of, and asked again", async (t) => {
		const broker = await Mosquitto.create(t);
		const device = await OwnedDevice.create(t, { setMqtt: { ...broker.settings, password: "wrong" } });
		await patiently(() => device.problems.length > 0, "no problem");
		assert.deepEqual(device.problems, ["broker: refused: not authorized"]);
		assert.deepEqual((await device.sending()).events, {
			connected: false,
			commands: false,
			dropped: 0,
			error: "refused: not authorized",
		});
		const subscriber = await Subscriber.create(t, broker);
		await device.command({ setMqtt: broker.settings });
		await patiently(() => subscriber.on("/status").includes("online"), "it does not connect");
		assert.equal((await device.sending()).events.error, undefined);
	});
});

/** Whether all these movements arrived, in this order, each once or more. One that comes again is as it was. */
function areInOrder(payloads: string[], motions: string[]): boolean {
	/** The movements that the last payload may be. */
	let candidates = new Set([-1]);
	payloads.forEach((payload, i) => {
		const next = new Set<number>();
		const isAgain = payload === payloads[i - 1];
		for (const candidate of candidates) {
			if (isAgain) next.add(candidate);
			if (motions[candidate + 1] === JSON.parse(payload).event_type) next.add(candidate + 1);
		}
		candidates = next;
	});
	return candidates.has(motions.length - 1);
}

test("what looks at the order finds a movement that is missing or out of order", () => {
	const [a, b, c] = ["left", "right", "left"].map((event_type, time) => JSON.stringify({ event_type, time }));
	const motions = ["left", "right", "left"];
	const inOrder = (...payloads: (string | undefined)[]) => areInOrder(payloads as string[], motions);
	assert.ok(inOrder(a, b, c));
	assert.ok(inOrder(a, a, b, c, c));
	assert.ok(!inOrder(a, b));
	assert.ok(!inOrder(a, c, b));
	assert.ok(!inOrder(a, c));
	assert.ok(!inOrder(a, b, a, b, c));
});
