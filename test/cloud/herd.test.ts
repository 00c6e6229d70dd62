import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { type TestContext, test } from "node:test";
import { MqttLink } from "../../hosts/desktop/mqtt";
import { DesktopTime } from "../../hosts/desktop/time";
import { MqttEvents } from "../../modules/cloud/mqtt-events";
import { Mosquitto, mosquitto } from "./support/broker";
import { patiently, pause } from "./support/service";

const DEVICES = 1_000;
/** ms that the broker is away. */
const OUTAGE = 3_000;
const SLOT = 100;

// docs/own-infrastructure.md has the table that this prints.
test("1,000 devices whose broker restarts do not come back as one", {
	skip: mosquitto.skip,
	timeout: 120_000,
}, async (t) => {
	const [jittered, plain] = await Promise.all([
		restart(t, (count) => randomBytes(count)),
		// The longest wait each time: what exponential backoff is without jitter.
		restart(t, (count) => new Uint8Array(count).fill(255)),
	]);
	const seconds = Math.ceil((Math.max(jittered.length, plain.length) * SLOT) / 1_000);
	const row = (slots: number[], second: number) => {
		const part = slots.slice((second * 1_000) / SLOT, ((second + 1) * 1_000) / SLOT);
		return `${sum(part)} (${Math.max(0, ...part)})`;
	};
	t.diagnostic("second: attempts (most of them in 0.1 s) with jitter, without");
	for (let second = 0; second < seconds; second++)
		t.diagnostic(`${second}: ${row(jittered, second)}, ${row(plain, second)}`);
	// When the broker is back.
	const inOneSecond = (slots: number[]) => {
		const later = slots.slice(OUTAGE / SLOT);
		return Math.max(...later.map((_, i) => sum(later.slice(i, i + 1_000 / SLOT))));
	};
	t.diagnostic(`most in one second: ${inOneSecond(jittered)}, ${inOneSecond(plain)}`);
	assert.ok(inOneSecond(jittered) < 0.45 * DEVICES);
	assert.ok(inOneSecond(plain) > 1.3 * inOneSecond(jittered), "it makes no difference");
});

/** Attempts to connect in each SLOT from the moment when the broker ends until all but the last 1 % are back. */
async function restart(t: TestContext, random: (count: number) => Uint8Array): Promise<number[]> {
	const broker = await Mosquitto.create(t, { closed: false });
	const attempts: number[] = [];
	let begin = Number.NaN;
	const time = new DesktopTime(1, (error) => assert.fail(String(error)));
	const links = new Set<MqttLink>();
	const fleet: MqttEvents[] = [];
	for (let i = 0; i < DEVICES; i++) {
		const network = {
			clock: time,
			timers: time,
			mqtt: (options: ConstructorParameters<typeof MqttLink>[0]) => {
				const slot = Math.floor((performance.now() - begin) / SLOT);
				if (slot >= 0) attempts[slot] = (attempts[slot] ?? 0) + 1;
				const link = new MqttLink(options, {
					timers: time,
					before: [],
					onGone: (gone) => links.delete(gone),
					onException: (error) => assert.fail(String(error)),
				});
				links.add(link);
				return link;
			},
		};
		const udid = `1000${i.toString(16).padStart(8, "0")}`;
		const host = { udid, random, network } as unknown as ConstructorParameters<typeof MqttEvents>[0]["host"];
		fleet.push(new MqttEvents({ host, onProblem() {} }));
	}
	t.after(async () => {
		for (const events of fleet) events.close();
		for (const link of links) link.destroy();
	});
	const connected = () => fleet.filter((events) => events.connected).length;
	for (let i = 0; i < DEVICES; i += 100) {
		for (const events of fleet.slice(i, i + 100))
			events.configure({
				url: `mqtt://127.0.0.1:${broker.port}`,
				topic: "ambient16",
				discovery: false,
				trust: {},
			});
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
		() => `${connected()} of ${DEVICES} come back`,
		40_000,
	);
	return Array.from(attempts, (count) => count ?? 0);
}

function sum(numbers: number[]): number {
	return numbers.reduce((total, number) => total + number, 0);
}
