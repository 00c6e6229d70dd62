import { manage, pair } from "./deeds";
import type { Firmware } from "./firmware";
import { addHome, makeSurroundings, run } from "./history";
import type { Home } from "./home";
import type { Random } from "./random";
import { start, type Task } from "./task";
import { sleep } from "./visitor";
import { World } from "./world";

export interface CrowdOptions {
	seed: string;
	firmware: Firmware;
	/** Devices, each in a home of its own. */
	hosts: number;
}

/** What a database and a broker have to do in a minute. */
export interface Load {
	/** Since the world began. */
	minute: number;
	/** Writes that the database is sent, and points in those that it takes. */
	writes: number;
	points: number;
	/** Of writes, the most in a second. */
	peak: number;
	/** What is published. */
	published: number;
	/** Devices that are with the broker at its end. */
	present: number;
}

const MINUTE = 60_000;
/** ms: in this time they are switched on one by one, as nobody sets a thousand up at once. */
const ARRIVAL = 10 * MINUTE;
/** ms: when database and broker go, and come back: before the ring of points is full. */
const GONE = 25 * MINUTE;
const BACK = 65 * MINUTE;
const END = 100 * MINUTE;

/** Many devices with one database and one broker, which are gone for a while. */
export function gather({ seed, firmware, hosts }: CrowdOptions): {
	world: World;
	loads: Load[];
	homes: Home[];
} {
	const world = new World(seed);
	const surroundings = makeSurroundings(world);
	const { database, broker } = surroundings;
	const homes: Home[] = [];
	for (let i = 0; i < hosts; i++) {
		const udid = (0x10000fb38278 + i).toString(16);
		const home = addHome(surroundings, udid, firmware);
		homes.push(home);
		const random = world.random.fork(`crowd ${i}`);
		world.schedule.after(random.below(ARRIVAL), () => {
			home.machine.switchOn();
			start(settle(home, random));
		});
	}
	const loads: Load[] = [];
	let load = { writes: 0, points: 0, peak: 0, published: 0 };
	let second = { at: -1, writes: 0 };
	database.onRequest = () => {
		const at = Math.floor(world.now / 1000);
		if (at !== second.at) second = { at, writes: 0 };
		load.writes++;
		load.peak = Math.max(load.peak, ++second.writes);
	};
	const { onTaken } = database;
	database.onTaken = (udid, points) => {
		load.points += points.length;
		onTaken(udid, points);
	};
	broker.listeners.add(() => load.published++);
	world.schedule.after(GONE, () => {
		database.mood = broker.mood = "unreachable";
	});
	world.schedule.after(BACK, () => {
		database.mood = broker.mood = "well";
	});
	for (let minute = 0; minute * MINUTE < END && !world.violation; minute++) {
		run(world, (minute + 1) * MINUTE);
		loads.push({ minute, ...load, present: broker.present });
		load = { writes: 0, points: 0, peak: 0, published: 0 };
	}
	for (const { points } of homes) if (!world.violation) points.checkNoneLost();
	return { world, loads, homes };
}

/** Becomes the owner, and sees to it that points and events go to where they are to go. */
function* settle(home: Home, random: Random): Task {
	const { ledger, machine } = home;
	for (let tries = 0; tries < 20; tries++) {
		yield* sleep(machine, random.between(5_000, 20_000));
		yield* pair(home, random);
		if (!ledger.stored) continue;
		const missing: ("setInflux" | "setMqtt")[] = [];
		if (!ledger.stored.influx?.startsWith("http://db.home")) missing.push("setInflux");
		if (ledger.stored.mqtt !== "mqtt://broker.home:1883") missing.push("setMqtt");
		if (missing.length === 0) return;
		yield* manage(home, random, missing);
	}
}
