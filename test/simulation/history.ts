import { CONFIRM_STABLE } from "../../modules/limits";
import type { Firmware } from "./firmware";
import { Home } from "./home";
import { HUNG } from "./machine";
import type { Neighbours } from "./network";
import { type Act, makePlan, perform, type Stage } from "./plan";
import { Random } from "./random";
import { Releases } from "./releases";
import { Broker, Database } from "./servers";
import { start } from "./task";
import { Troubles } from "./troubles";
import { visit } from "./visitor";
import { World } from "./world";

export interface HistoryOptions {
	seed: string;
	firmware: Firmware;
	/** ms. */
	length: number;
	/** Which acts of the plan take place; all if undefined. */
	only?: readonly number[] | undefined;
	log?: ((line: string) => void) | undefined;
}

export interface Outcome {
	world: World;
	plan: readonly Act[];
}

/** ms in which all that was wrong has to be right again, after the last act. */
const RECOVERY = 40 * 60_000;

/** Lives through the history of a seed, and what comes after it: all that was wrong ends, and the device is well again. */
export function live({ seed, firmware, length, only, log }: HistoryOptions): Outcome {
	const world = new World(seed);
	world.log = log;
	const plan = makePlan(new Random(`${seed}/plan`), length);
	const surroundings = makeSurroundings(world);
	const stage = { ...surroundings, home: addHome(surroundings, "10000fb38278", firmware) };
	stage.home.machine.switchOn();
	const acts = new Random(`${seed}/acts`);
	for (const index of only ?? plan.keys()) {
		const act = plan[index];
		if (act) world.schedule.after(act.at, () => perform(act, stage, acts));
	}
	const probe = () => {
		check(stage);
		world.schedule.after(10 * 60_000, probe);
	};
	world.schedule.after(10 * 60_000, probe);
	run(world, length);
	if (!world.violation) {
		stage.troubles.endAll();
		stage.home.machine.power.cutAfter(Number.POSITIVE_INFINITY);
		stage.home.machine.slots.cutIn = undefined;
		stage.home.press(false);
		run(world, length + RECOVERY);
		// It may be restarting, for an update that it looks for once a day.
		if (!stage.home.machine.current) run(world, length + RECOVERY + 10_000);
		if (!world.violation) checkEnd(stage);
		run(world, length + RECOVERY + 70_000);
		if (!world.violation) checkRest(stage);
	}
	return { world, plan };
}

export function run(world: World, end: number): void {
	while (!world.violation && world.schedule.step(end));
}

/** What homes have in common. */
export interface Surroundings extends Omit<Stage, "home"> {
	world: World;
	neighbours: Neighbours;
	homes: Map<string, Home>;
}

export function makeSurroundings(world: World): Surroundings {
	const database = new Database(world);
	const broker = new Broker(world);
	const releases = new Releases(world);
	const troubles = new Troubles(world);
	const whoIsThere = (name: string, { mood, admit }: Database | Broker) => {
		if (mood !== "unreachable") return admit;
		world.count(`fault: ${name} unreachable`);
		return undefined;
	};
	const neighbours: Neighbours = {
		find(host, port) {
			if (host === "updates.example.org") return { address: "203.0.113.7", admit: releases.admit };
			if (host === "db.home") return { address: "192.168.1.5", admit: whoIsThere("database", database) };
			if (host === "broker.home")
				return { address: "192.168.1.6", admit: port === 1883 ? whoIsThere("broker", broker) : undefined };
			// A name of the home that resolves to somebody else.
			if (port === 1900) return { address: "198.51.100.9", admit: undefined };
			return undefined;
		},
	};
	const homes = new Map<string, Home>();
	database.onTaken = (udid, points) => homes.get(udid)?.points.taken(points);
	database.onRefused = (udid, second) => homes.get(udid)?.points.refused(second);
	return { world, neighbours, homes, database, broker, releases, troubles };
}

export function addHome({ world, neighbours, homes }: Surroundings, udid: string, firmware: Firmware): Home {
	const home = new Home(world, udid, firmware, neighbours);
	homes.set(udid, home);
	return home;
}

/** ms in which a device is in its network again and serves its owner there, at the latest. */
const BACK = 250_000;

/** ms that a port takes to open. */
const PORT_OPENS = 1_000;

/** Whether nothing keeps the device from its network, and has not for a while. */
function isFair({ home, troubles }: Stage): boolean {
	const { current, slots, flash } = home.machine;
	const { world } = home.machine;
	const { stored } = home.ledger;
	if (!current || slots.running?.kind !== "good" || !stored?.wifi) return false;
	// A reset that has begun is decided, however long the flash keeps it from its end.
	if (flash.contents.has("resetting")) return false;
	return (
		home.air.networks.has(stored.wifi) &&
		stored.password === home.air.networks.get(stored.wifi)?.password &&
		troubles.quiet("air") > BACK &&
		troubles.quiet("strangers") > 60_000 &&
		world.now - current.startedAt > BACK &&
		world.now - home.modes.changedAt > PORT_OPENS &&
		world.now - home.lastChange > BACK &&
		world.now - home.ledger.networkSince > BACK
	);
}

/** A device that can reach its network is there, and serves its owner. */
function check(stage: Stage): void {
	const { home } = stage;
	const { machine, owner } = home;
	if (!isFair(stage)) return;
	home.light.checkKept();
	machine.world.count("probes of a device that has to answer");
	if (machine.current?.radio.joined === undefined) {
		machine.world.violate("the device does not come back into its network");
		return;
	}
	const { current } = machine;
	if (machine.slots.onTrial && machine.world.now - current.startedAt > BACK + 2 * CONFIRM_STABLE)
		machine.world.violate("a firmware that works is not confirmed");
	start(
		(function* () {
			const { door } = owner;
			const answer = yield* visit(machine, {
				...{ door, from: "192.168.1.20", message: "GET / HTTP/1.1\r\nHost: x\r\n\r\n", patience: 10_000 },
			});
			if (!answer && machine.current === current && isFair(stage) && owner.door === door)
				machine.world.violate("the owner is not served");
		})(),
	);
}

function checkEnd(stage: Stage): void {
	const { home, broker } = stage;
	const { machine, ledger, points, modes } = home;
	const { world, current } = machine;
	check(stage);
	if (!current) {
		world.violate("the device does not run");
		return;
	}
	if (modes.secured !== undefined) world.violate("HTTPS mode has not ended");
	if (machine.slots.onTrial && world.now - current.startedAt > HUNG + 10_000)
		world.violate("a firmware is on trial for ever");
	if (!isFair(stage)) return;
	world.count("ends of a history in the home's network");
	const { stored } = ledger;
	if (stored?.influx?.startsWith("http://db.home")) points.checkNoneLost();
	if (stored?.mqtt === "mqtt://broker.home:1883" && broker.present === 0)
		world.violate("the device does not come back to its broker");
}

/** A minute after the last visitor. */
function checkRest({ home: { machine } }: Stage): void {
	const { current, world } = machine;
	if (!current) return;
	if (current.network.incoming.size > 0)
		world.violate(`${current.network.incoming.size} connections are never closed`);
	if (current.timers.pending > 25) world.violate(`${current.timers.pending} timers wait in a device at rest`);
}
