import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, test } from "node:test";
import { Mosquitto, mosquitto, Subscriber } from "../cloud/support/broker";
import { InfluxDb, influxd, type Stored } from "../cloud/support/databases";
import { compare } from "../cloud/support/device";
import { patiently } from "../cloud/support/service";
import { Authority } from "../support/authority";
import { type Scope, temporaryFolder } from "../support/desk";
import { type Answer, Owner, untilOpen } from "../support/owner";
import { freePort } from "../support/ports";
import { type Simulator, simulate, skip } from "./simulator";

/** A window of 10 s in a quarter of a second. */
const RATE = "40";
const LIMIT = { timeout: 300_000 };

const authority = await Authority.create();
const stranger = await Authority.create();
const good = await authority.issue();

describe("data that leave Moddable XS", { skip, ...LIMIT }, () => {
	test("points arrive in InfluxDB over HTTPS, with a CA and with a fingerprint", {
		skip: influxd.skip,
	}, async (t) => {
		const database = await InfluxDb.create(t, good);
		const device = await owned(t);
		for (const trust of [{ ca: authority.ca }, { fingerprint: good.fingerprint }]) {
			await device.set({ setInflux: { ...database.settings, ...trust } });
			const before = device.windows.size;
			await patiently(() => device.windows.size >= before + 12, device.tail);
			await arrive(database, new Map([...device.windows].slice(before)), device.tail);
		}
		assert.deepEqual(device.problems, []);
	});

	test("points that wait outlive the end of the device", { skip: influxd.skip }, async (t) => {
		const database = await InfluxDb.create(t);
		const data = temporaryFolder(t);
		const first = await owned(t, data);
		await first.set({ setInflux: database.settings });
		await database.stop();
		const before = first.windows.size;
		await patiently(() => first.windows.size >= before + 12, first.tail);
		await first.simulator.stop();
		const measured = new Map([...first.windows].slice(before));
		await database.start();
		// Its clock begins anew, and must not come to times at which the first one has measured.
		const second = await owned(t, data, "1");
		await arrive(database, measured, second.tail);
		assert.ok(!first.simulator.output.includes(database.password), "the password is in the traces");
	});

	test("events arrive at Mosquitto over TLS, with a CA and with a fingerprint", {
		skip: mosquitto.skip,
	}, async (t) => {
		const broker = await Mosquitto.create(t, { identity: good });
		const subscriber = await Subscriber.create(t, broker);
		const url = `mqtts://localhost:${broker.securePort}`;
		const device = await owned(t);
		for (const [trust, states] of [
			[{ ca: authority.ca }, "online"],
			[{ fingerprint: good.fingerprint }, "online,suspended,online"],
		] as const) {
			await device.set({ setMqtt: { ...broker.settings, url, ...trust } });
			await patiently(() => `${subscriber.on("/status")}` === states, device.tail);
		}
		device.simulator.send({ motion: "left-to-right" });
		await patiently(() => subscriber.on("/event/motion").length === 1, device.tail);
		await patiently(() => subscriber.on("/data").length > 0, device.tail);
		assert.deepEqual(device.problems, []);
		await device.simulator.stop();
		await patiently(() => `${subscriber.on("/status")}`.endsWith("offline"), device.tail);
	});

	test("a broker that refuses says why", { skip: mosquitto.skip }, async (t) => {
		const broker = await Mosquitto.create(t);
		const device = await owned(t);
		await device.set({ setMqtt: { ...broker.settings, password: "wrong" } });
		await patiently(
			() => device.problems.some((problem) => /refused: (not authorized|bad user)/.test(problem)),
			device.tail,
		);
	});

	test("a certificate that is not right gets nothing, and the reason is told", {
		skip: influxd.skip,
	}, async (t) => {
		const device = await owned(t);
		for (const [identity, trust, reason] of [
			[await stranger.issue(), { ca: authority.ca }, "certificate not issued by the CA"],
			[await authority.issue({ from: -3, until: -1 }), { ca: authority.ca }, "certificate has expired"],
			[
				await authority.issue({ names: ["other.local"] }),
				{ ca: authority.ca },
				"certificate is for another host",
			],
			[await authority.issue(), { fingerprint: good.fingerprint }, "certificate is not the pinned one"],
			[good, {}, "no CA: set ca or fingerprint"],
		] as const) {
			const database = await InfluxDb.create(t, identity);
			const before = device.problems.length;
			await device.set({ setInflux: { ...database.settings, ...trust } });
			await patiently(() => device.problems.slice(before).includes(`database: ${reason}`), device.tail);
			assert.equal((await database.points()).size, 0);
			await device.set({ setInflux: null });
			await database.stop();
		}
	});
});

/** Waits until the database has all that was measured, and compares it one for one. */
async function arrive(database: InfluxDb, measured: Stored, complaint: () => string): Promise<void> {
	const last = [...measured.keys()].at(-1) ?? 0;
	await patiently(() => database.has(last), complaint);
	const stored = await database.points();
	const { missing, different } = compare(measured, stored);
	assert.deepEqual([missing, different], [[], []]);
}

/** A device with an owner, who sets it up in HTTPS mode. */
async function owned(t: Scope, data?: string, rate = RATE) {
	// It closes and opens them: they have to stay the same.
	const [port, httpsPort] = [freePort(), freePort()];
	const uuid = randomUUID();
	const { simulator, http } = await simulate(t, {
		uuid,
		...(data !== undefined && { data }),
		env: {
			AMBIENT16_CLOCK_RATE: rate,
			AMBIENT16_PORT: `${port}`,
			AMBIENT16_HTTPS_PORT: `${httpsPort}`,
		},
	});
	return new OwnedSimulator(simulator, new Owner(http, uuid), `https://127.0.0.1:${httpsPort}`);
}

class OwnedSimulator {
	readonly simulator: Simulator;
	#owner: Owner;
	#https: string;

	constructor(simulator: Simulator, owner: Owner, https: string) {
		this.simulator = simulator;
		this.#owner = owner;
		this.#https = https;
	}

	/** What it has measured, by time in seconds. */
	get windows(): Stored {
		const windows: Stored = new Map();
		for (const { event, time, readings } of this.simulator.events)
			if (event === "window" && time && readings) windows.set(time, readings);
		return windows;
	}

	get problems(): string[] {
		return this.simulator.events.flatMap(({ event, message }) =>
			event === "problem" && message ? [message] : [],
		);
	}

	readonly tail = () => this.simulator.output.slice(-2_000);

	async set(commands: object): Promise<void> {
		ok(await this.#owner.sendSigned({ setHttps: { enabled: true, idle: 3600, limit: 3600 } }));
		ok(await untilOpen(() => this.#owner.sendSigned(commands, this.#https)));
		ok(await this.#owner.sendSigned({ setHttps: { enabled: false } }, this.#https));
		await untilOpen(() => this.#owner.identify());
	}
}

function ok(answer: Answer): void {
	assert.equal(answer.status, 200, answer.text);
}
