import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { type Desk, firmware, type Scope, startDesk, temporaryFolder } from "../../support/desk";
import { type Answer, Owner, request, untilOpen } from "../../support/owner";
import type { Database, Stored } from "./databases";
import { patiently } from "./service";

/** How sending goes, as `getSettings` tells. */
export interface Sending {
	points: { waiting: number; sent: number; lost: number; refused: number; error?: string };
	events: { connected: boolean; commands: boolean; dropped: number; error?: string };
	influx: object | null;
	mqtt: object | null;
}

/** ms until a device has to be ready: a loaded machine is slow. */
const PATIENCE = 60_000;

/** What the devices of a test file begin with: a program, and the data of a device that was paired. */
interface Template {
	entry: string[];
	data: string;
	uuid: string;
}

let template: Promise<Template> | undefined;

async function pairTemplate(): Promise<Template> {
	const scope: Scope = { after: (task) => process.once("exit", task) };
	const entry = await firmware();
	const data = temporaryFolder(scope);
	const desk = await startDesk(scope, { entry, data, patience: PATIENCE });
	const owner = new Owner(desk.http);
	const answer = await owner.pair(desk.https);
	assert.equal(answer.status, 200, answer.text);
	await desk.stop();
	return { entry, data, uuid: owner.uuid };
}

/** A device of which the test has the UUID, through all its starts and ends. */
export class OwnedDevice {
	/** The running process, or the last one. */
	desk!: Desk;
	#scope: Scope;
	#data: string;
	#uuid: string;
	#entry: string[];
	#runs: Desk[] = [];

	/** Gives a device that was paired `settings`, over TLS. Its time runs `rate` times as fast. */
	static async create(scope: Scope, settings: object = { getData: {} }, rate = 1): Promise<OwnedDevice> {
		template ??= pairTemplate();
		const it = new OwnedDevice(scope, await template);
		await it.#start(rate);
		await it.command(settings);
		return it;
	}

	private constructor(scope: Scope, { entry, data, uuid }: Template) {
		this.#scope = scope;
		this.#entry = entry;
		this.#data = temporaryFolder(scope);
		this.#uuid = uuid;
		cpSync(data, this.#data, { recursive: true });
	}

	/** Ends it, if it still runs, and starts it again with its time running `rate` times as fast. */
	async restart(rate: number): Promise<void> {
		await this.desk.stop();
		await this.#start(rate);
	}

	/** Takes its power away. */
	async kill(): Promise<void> {
		this.desk.kill("SIGKILL");
		await this.desk.exit;
	}

	/** Its clock jumps an hour forward or back. */
	async jump(hours: 1 | -1): Promise<void> {
		const { length } = this.desk.events;
		this.desk.kill(hours > 0 ? "SIGUSR2" : "SIGURG");
		// It may be in the middle of telling of one.
		await patiently(() => this.desk.events.length > length + 1, "the device tells nothing");
	}

	get owner(): Owner {
		return new Owner(this.desk.http, this.#uuid);
	}

	/** Carries out commands in HTTPS mode and leaves it. Gives the answer to the commands. */
	async command(commands: object): Promise<Answer> {
		const answer = await this.enterHttps(commands);
		await this.leaveHttps();
		assert.equal(answer.status, 200, answer.text);
		return answer;
	}

	/** Enters HTTPS mode and carries out commands. */
	async enterHttps(commands: object): Promise<Answer> {
		const { owner } = this;
		const entered = await owner.sendSigned({ setHttps: { enabled: true, idle: 3600, limit: 3600 } });
		assert.equal(entered.status, 200, entered.text);
		return untilOpen(() => owner.sendSigned(commands, this.desk.https));
	}

	async leaveHttps(): Promise<void> {
		await this.owner.sendSigned({ setHttps: { enabled: false } }, this.desk.https);
		await untilOpen(() => request(this.desk.http));
	}

	async sending(): Promise<Sending> {
		const { json } = await this.command({ getSettings: {} });
		return json.getSettings as unknown as Sending;
	}

	/**
	 * What it has measured in all its runs, as its `window` events tell it; if it was given a database, from then
	 * on, for that is when it begins to keep points.
	 */
	get measured(): Stored {
		const windows: Stored = new Map();
		const events = this.#runs.flatMap(({ events }) => events);
		const given = events.findIndex(({ commands }) => commands?.includes("setInflux"));
		for (const { event, time, readings } of events.slice(given + 1)) {
			if (event !== "window") continue;
			assert.ok(typeof time === "number" && readings, "a window without a time");
			assert.ok(!windows.has(time), `two windows at ${time}`);
			windows.set(time, readings);
		}
		return windows;
	}

	/** Time of the window that it has told of last. */
	get latest(): number {
		return [...this.measured.keys()].at(-1) ?? 0;
	}

	/** Movements that it has seen in all its runs. */
	get motions(): string[] {
		return this.#runs.flatMap(({ events }) =>
			events.filter(({ event }) => event === "motion").map(({ motion }) => motion ?? ""),
		);
	}

	/** Messages of its `problem` events in all its runs. */
	get problems(): string[] {
		return this.#runs.flatMap(({ events }) =>
			events.filter(({ event }) => event === "problem").map(({ message }) => message ?? ""),
		);
	}

	/** Resolves when `count` more windows have closed. */
	async measures(count: number): Promise<void> {
		const { desk } = this;
		const windows = () => desk.events.filter(({ event }) => event === "window").length;
		const wanted = windows() + count;
		await patiently(() => windows() >= wanted, "the device measures no more", 60_000);
	}

	async #start(rate: number): Promise<void> {
		// Its time has run ahead of the computer's: it goes on behind the last window, and the one that it may not
		// have told of.
		const last = Math.max(0, ...this.measured.keys());
		const ahead = Math.max(0, (last + 30) * 1000 - Date.now());
		const shift = `
			let ahead = ${ahead};
			const now = Date.now;
			Date.now = () => now() + ahead;
			process.on("SIGUSR2", () => { ahead += 3_600_000; });
			process.on("SIGURG", () => { ahead -= 3_600_000; });
		`;
		this.desk = await startDesk(this.#scope, {
			data: this.#data,
			entry: ["--import", `data:text/javascript,${encodeURIComponent(shift)}`, ...this.#entry],
			args: ["--clock-rate", `${rate}`],
			patience: PATIENCE,
		});
		this.#runs.push(this.desk);
	}
}

/** In which points a database differs from what was measured. */
export interface Difference {
	missing: number[];
	extra: number[];
	different: number[];
}

/** Compares one for one; `motionEvents`, which no `window` event tells, only has to be there. */
export function compare(measured: Stored, stored: Stored): Difference {
	const difference: Difference = { missing: [], extra: [], different: [] };
	for (const [time, readings] of measured) {
		const point = stored.get(time);
		if (!point) difference.missing.push(time);
		else {
			const { motionEvents, ...fields } = point;
			try {
				assert.ok(Number.isInteger(motionEvents));
				assert.deepEqual(fields, readings);
			} catch {
				difference.different.push(time);
			}
		}
	}
	for (const time of stored.keys()) if (!measured.has(time)) difference.extra.push(time);
	return difference;
}

/**
 * Waits until the database holds all that has been measured by now, ends the device, and gives the difference
 * of the two up to the last window that was stored.
 */
export async function settle(device: OwnedDevice, database: Database): Promise<Difference> {
	const last = device.latest;
	await patiently(
		() => database.has(last),
		() => `the points did not arrive: ${device.problems.join("; ")}`,
		60_000,
	);
	await device.kill();
	const stored = await database.points();
	const measured = [...device.measured];
	const end = measured.findLastIndex(([time]) => stored.has(time)) + 1;
	return compare(new Map(measured.slice(0, end)), stored);
}

export const NO_DIFFERENCE: Difference = { missing: [], extra: [], different: [] };
