import assert from "node:assert/strict";
import type { Scope } from "../../support/desk";
import type { Database } from "./databases";
import { NO_DIFFERENCE, OwnedDevice, settle } from "./device";
import { patiently } from "./service";
import { chance, Gateway, Wire } from "./trouble";

/** Device time against real time: an hour in 5 s. */
const FAST = 720;
const MEDIUM = 240;
/** Where the waits are of real time. */
const SLOW = 120;
/** ms. What fails is tried again after 1, 2, 4, 8 s at most. */
const PATIENCE = 60_000;

type Test = Scope & { diagnostic(message: string): void };
type Create = (scope: Scope) => Promise<Database>;

/**
 * Each shows that what a database holds is, one for one, what the device has measured, whatever happened in between.
 * What was measured is known from the device's output, which no point passes on its way to the database.
 */
export const ONE_FOR_ONE: Record<string, (t: Test, create: Create) => Promise<void>> = {
	async "after an hour without the database, and kill -9 in the middle of a batch"(t, create) {
		const { database, gateway, device, summary } = await setUp(t, create, FAST);
		await device.measures(20);
		await database.stop();
		await device.measures(360);
		await database.start();
		await device.measures(20);

		for (let kill = 0; kill < 3; kill++) {
			await device.measures(60);
			const silent = gateway.met.silence ?? 0;
			gateway.fate = () => "silence";
			await patiently(() => (gateway.met.silence ?? 0) > silent, "it sends no more", PATIENCE);
			await device.kill();
			gateway.fate = () => "pass";
			await device.restart(FAST);
		}
		await device.measures(100);

		const { missing, extra, different } = await settle(device, database);
		assert.deepEqual([missing, different], [[], []]);
		// The power may go between the storing of a point and the telling of it.
		assert.ok(extra.length <= 3, `too many: ${extra}`);
		await summary(`3 kills: ${extra.length} points not told of`);
	},

	async "after refused credentials, 429 with Retry-After, 500s and cuts at random, an answer that never comes"(
		t,
		create,
	) {
		const { database, gateway, wire, device, summary } = await setUp(t, create, SLOW);
		const random = chance(1);
		/** What the database said may follow. */
		const tells = (reason: string) => device.problems.some((problem) => problem.startsWith(reason));
		// InfluxDB goes on taking a password that it is just looking at when it is changed.
		await sends();

		await database.setPassword("another");
		await patiently(
			() => tells("database: it refuses the credentials (401)"),
			() => `it is not refused: ${device.problems}, ${JSON.stringify(gateway.met)}`,
			PATIENCE,
		);
		await database.setPassword(database.password);
		await sends();

		let refusals = 2;
		gateway.fate = () => (refusals-- > 0 ? { status: 429, retryAfter: 1 } : "pass");
		await sends();
		assert.ok(tells("database: it asks for patience (429)"));

		let silences = 1;
		gateway.fate = () => (silences-- > 0 ? "silence" : "pass");
		await patiently(() => tells("database: no answer in time"), "it waits on", PATIENCE);

		const failures = () => (gateway.met["500"] ?? 0) + (gateway.met["503"] ?? 0);
		gateway.fate = () => (random() < 0.4 ? { status: random() < 0.5 ? 500 : 503 } : "pass");
		await patiently(() => failures() >= 3, "it asks no more", PATIENCE);
		gateway.fate = () => "pass";

		// Of a write and its answer, which are some 600 bytes.
		const lengths = Array.from({ length: 4 }, () => Math.floor(random() * 500));
		wire.length = () => lengths.shift() ?? Number.POSITIVE_INFINITY;
		wire.cut();
		await patiently(
			() => lengths.length === 0,
			() => `it connects no more: ${JSON.stringify(gateway.met)}, ${device.problems.slice(-5)}`,
			PATIENCE,
		);
		assert.ok(wire.cuts >= 3, `${wire.cuts} cuts`);
		await sends();

		assert.deepEqual(await settle(device, database), NO_DIFFERENCE);
		await summary(`${wire.cuts} cuts`);

		/** Resolves when a point that is measured from now on is stored. */
		async function sends(): Promise<void> {
			await device.measures(1);
			const last = device.latest;
			await patiently(() => database.has(last), "it sends no more", PATIENCE);
		}
	},

	async "after HTTPS mode was entered ten times"(t, create) {
		const { database, gateway, device, summary } = await setUp(t, create, SLOW);
		for (let i = 0; i < 10; i++) {
			await device.enterHttps({ getData: {} });
			// What was sent before may still be on its way.
			await device.measures(2);
			const before = gateway.lines;
			await device.measures(6);
			assert.equal(gateway.lines, before, "points leave in HTTPS mode");
			await device.leaveHttps();
			await device.measures(3);
		}
		assert.deepEqual(await settle(device, database), NO_DIFFERENCE);
		await summary(`problems: ${device.problems.length}`);
	},

	async "after the clock has jumped an hour, either way"(t, create) {
		const { database, device, summary } = await setUp(t, create, MEDIUM);
		await device.measures(30);
		// Forward by mistake and back again, and the other way round.
		for (const hours of [1, -1, -1, 1] as const) {
			await device.jump(hours);
			await device.measures(30);
		}
		// Now an hour back to times of which most were given out: there can be no other points at them.
		await device.measures(240);
		await device.jump(-1);
		await device.measures(90);

		const times = [...device.measured.keys()];
		const steps = times.map((time, i) => time - (times[i - 1] ?? time));
		assert.ok(steps.filter((step) => step > 600).length >= 2, `no jumps: ${steps}`);
		assert.ok(steps.filter((step) => step < -600).length >= 2, `no jumps back: ${steps}`);
		assert.deepEqual(await settle(device, database), NO_DIFFERENCE);
		await summary("5 jumps");
	},
};

/** A device whose points pass a wire and a gateway on their way to the database. */
async function setUp(t: Test, create: Create, rate: number) {
	const database = await create(t);
	const gateway = await Gateway.open(t, database.port);
	const wire = await Wire.open(t, gateway.port);
	const setInflux = { ...database.settings, url: `http://127.0.0.1:${wire.port}` };
	const device = await OwnedDevice.create(t, { setInflux }, rate);
	/** To be called when the device has ended. */
	const summary = async (more: string) => {
		const { size } = await database.points();
		const fates = Object.entries(gateway.met).map(([fate, count]) => `${count} ${fate}`);
		t.diagnostic(
			`${size} points, none missing, none twice; ${gateway.lines - size} were sent again; requests: ${fates.join(", ")}; ${more}`,
		);
	};
	return { database, gateway, wire, device, summary };
}
