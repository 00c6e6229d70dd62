import { act, manage, pair, reset, setLight, tasks, use } from "./deeds";
import type { Home } from "./home";
import type { Random } from "./random";
import { RELEASE_MOODS, type ReleaseMood, type Releases } from "./releases";
import { BROKER_MOODS, type Broker, DATABASE_MOODS, type Database } from "./servers";
import { STEPS } from "./slots";
import { intrude } from "./strangers";
import { start } from "./task";
import type { Troubles } from "./troubles";
import { sleep } from "./visitor";

/** All that acts may do something to. */
export interface Stage {
	home: Home;
	database: Database;
	broker: Broker;
	releases: Releases;
	troubles: Troubles;
}

/** One act of a history: its own seed decides the rest, so that others may be left out without changing it. */
export interface Act {
	/** ms from the beginning. */
	at: number;
	name: string;
	seed: string;
}

type Deed = (stage: Stage, random: Random) => void;

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** ms: most troubles are short, some last for hours. */
function lasting(random: Random): number {
	return random.chance(0.8) ? random.between(SECOND, 10 * MINUTE) : random.between(10 * MINUTE, 3 * HOUR);
}

const DEEDS: Record<string, { weight: number; deed: Deed }> = {
	"power cut": {
		weight: 4,
		deed: ({ home }, random) => home.machine.cutPower(random.between(1_500, 5 * MINUTE)),
	},
	"power cut in a write": {
		weight: 8,
		deed: ({ home }, random) => home.machine.power.cutAfter(random.below(random.pick([2, 8, 40]))),
	},
	"power cuts in a row": {
		weight: 2,
		deed: ({ home }, random) => {
			for (let i = 0; i < 5; i++)
				home.machine.world.schedule.after(i * random.between(2_000, 20_000), () =>
					home.machine.power.cutAfter(random.below(3)),
				);
		},
	},
	"network gone": {
		weight: 4,
		deed: ({ home, troubles }, random) => {
			const network = home.air.networks.get(home.network)!;
			const silent = random.chance(0.3);
			troubles.begin(
				"air",
				silent ? "network without addresses" : "network gone",
				lasting(random),
				() => {
					if (silent) network.addresses = false;
					else network.reachable = false;
					home.machine.run(() => {});
					home.machine.current?.radio.lose();
				},
				() => {
					network.addresses = network.reachable = true;
				},
			);
		},
	},
	"network blinks": {
		weight: 2,
		deed: ({ home, troubles }) =>
			troubles.begin(
				"air",
				"network blinks",
				1,
				() => home.machine.current?.radio.lose(),
				() => {},
			),
	},
	"bad air": {
		weight: 6,
		deed: ({ home, troubles }, random) => {
			const weather = {
				delay: random.pick([50, 500, 3_000]),
				split: random.pick([0.2, 0.9]),
				cut: random.pick([0.1, 0.5, 1]),
			};
			const before = { delay: 20, split: 0.1, cut: 0 };
			troubles.begin(
				"air",
				"bad air",
				lasting(random),
				() => {
					home.machine.weather = weather;
				},
				() => {
					home.machine.weather = before;
				},
			);
		},
	},
	"radio fails": {
		weight: 1,
		deed: ({ home, troubles }, random) =>
			troubles.begin("air", "radio fails", lasting(random), setRadio(home, true), setRadio(home, false)),
	},
	"ports fail": {
		weight: 1,
		deed: ({ home, troubles }, random) => {
			const door = random.pick(["http", "https"] as const);
			const { ports } = home.machine.faults;
			troubles.begin(
				"air",
				`${door} port fails`,
				lasting(random),
				() => {
					ports.add(door);
					home.machine.current?.network.refused.add(door);
				},
				() => {
					ports.delete(door);
					if (home.machine.slots.running?.kind !== "deaf") home.machine.current?.network.refused.delete(door);
				},
			);
		},
	},
	"certificates fail": {
		weight: 1,
		deed: ({ home, troubles }, random) => {
			const set = (fail: boolean) => () => {
				home.machine.faults.identities = fail;
				if (home.machine.current) home.machine.current.network.identitiesFail = fail;
			};
			troubles.begin("air", "certificates fail", lasting(random), set(true), set(false));
		},
	},
	"memory refuses": {
		weight: 3,
		deed: ({ home, troubles }, random) => {
			const { machine } = home;
			if (random.chance(0.7)) {
				machine.callsLeft = random.below(random.pick([5, 50, 500]));
				return;
			}
			const set = (refuses: boolean) => () => {
				machine.noSockets = refuses;
			};
			troubles.begin("air", "no memory for connections", lasting(random), set(true), set(false));
		},
	},
	"sensors fail": {
		weight: 1,
		deed: ({ home, troubles }, random) => {
			const { faults } = home.machine;
			const set = (fail: boolean) => () => {
				faults.sensors = fail;
			};
			troubles.begin("flash", "sensors fail", random.between(SECOND, MINUTE), set(true), set(false));
		},
	},
	"settings refuse": {
		weight: 3,
		deed: ({ home, troubles }, random) => {
			const set = (refuses: boolean) => () => {
				home.machine.flash.refuses = refuses;
			};
			troubles.begin("flash", "settings refuse", random.between(SECOND, 10 * MINUTE), set(true), set(false));
		},
	},
	"ring refuses": {
		weight: 1,
		deed: ({ home, troubles }, random) => {
			const set = (refuses: boolean) => () => {
				home.machine.storage.refuses = refuses;
			};
			troubles.begin("flash", "ring refuses", random.between(SECOND, MINUTE), set(true), set(false));
		},
	},
	"clock jumps": {
		weight: 3,
		deed: ({ home }, random) => {
			const { machine } = home;
			machine.world.count("fault: clock jumps");
			machine.clockError = random.pick([
				0,
				0,
				500,
				-900,
				3_000,
				-3_000,
				61_000,
				-HOUR,
				HOUR,
				86_400_000,
				-86_400_000,
				// Beyond the end of each certificate.
				900 * 86_400_000,
			]);
			machine.clockDrift = random.pick([0, 0, 2_000, -2_000]);
			if (machine.current?.clock.synced) machine.current.clock.set(machine.clockError, machine.clockDrift);
		},
	},
	"no time server": {
		weight: 1,
		deed: ({ home, troubles }, random) => {
			const set = (answers: boolean) => () => {
				home.machine.timeServer = answers;
			};
			troubles.begin("releases", "no time server", lasting(random), set(false), set(true));
		},
	},
	"database moody": {
		weight: 8,
		deed: ({ database, troubles }, random) => {
			const mood = random.pick(DATABASE_MOODS);
			troubles.begin(
				"database",
				"database moody",
				lasting(random),
				() => {
					database.mood = mood;
				},
				() => {
					database.mood = "well";
				},
			);
		},
	},
	"broker moody": {
		weight: 6,
		deed: ({ broker, troubles }, random) => {
			const mood = random.pick(BROKER_MOODS);
			troubles.begin(
				"broker",
				"broker moody",
				lasting(random),
				() => {
					broker.mood = mood;
				},
				() => {
					broker.mood = "well";
				},
			);
		},
	},
	stranger: {
		weight: 10,
		deed: ({ home, troubles }, random) => {
			troubles.begin(
				"strangers",
				"strangers",
				MINUTE,
				() => intrude(home, random),
				() => {},
			);
		},
	},
	pair: { weight: 6, deed: ({ home }, random) => act(pair(home, random)) },
	use: { weight: 20, deed: ({ home }, random) => act(use(home, random)) },
	"use over the broker": { weight: 10, deed: ({ home, broker }, random) => act(use(home, random, broker)) },
	"light over the broker": { weight: 3, deed: ({ home, broker }, random) => setLight(home, random, broker) },
	manage: {
		weight: 12,
		deed: ({ home }, random) => act(manage(home, random, tasks(home, random))),
	},
	reset: { weight: 1, deed: ({ home }, random) => act(reset(home, random)) },
	"wrong proof": {
		weight: 3,
		deed: ({ home }, random) => {
			const { owner } = home;
			const method = random.pick(["md5", "signed"] as const);
			start(
				owner.command({ door: owner.door, commands: { setColor: { color: "red" } }, forge: true, method }),
			);
		},
	},
	button: { weight: 2, deed: ({ home }, random) => act(press(home, random)) },
	motion: {
		weight: 10,
		deed: ({ home }, random) => {
			for (let i = random.pick([1, 1, 3, 50]); i > 0; i--)
				home.machine.move(random.pick(["left-to-right", "right-to-left"]));
		},
	},
	release: {
		weight: 3,
		deed: ({ home, releases, troubles }, random) => {
			if (random.chance(0.4)) {
				const mood = random.pick(RELEASE_MOODS);
				const set = (it: ReleaseMood) => () => {
					releases.mood = it;
				};
				troubles.begin("releases", "releases moody", 5 * MINUTE, set(mood), set("well"));
			}
			const image = releases.release(random.pick(["good", "good", "crash", "late crash", "hang", "deaf"]));
			const { slots } = home.machine;
			slots.release(image);
			slots.cutIn = random.pick([undefined, undefined, ...STEPS]);
			act(manage(home, random, ["update"]));
		},
	},
	"releases moody": {
		weight: 2,
		deed: ({ releases, troubles }, random) => {
			const mood = random.pick(RELEASE_MOODS);
			troubles.begin(
				"releases",
				"releases moody",
				random.between(MINUTE, HOUR),
				() => {
					releases.mood = mood;
				},
				() => {
					releases.mood = "well";
				},
			);
		},
	},
};

/** Names of all acts. */
export const ACTS: readonly string[] = Object.keys(DEEDS);

function setRadio(home: Home, broken: boolean): () => void {
	return () => {
		home.machine.faults.radio = broken;
		if (home.machine.current) home.machine.current.radio.broken = broken;
	};
}

function* press(home: Home, random: Random) {
	home.press(true);
	yield* sleep(home.machine, random.pick([50, 300, 2_000, 9_000]));
	home.press(false);
}

/** What happens in so many ms, an act every few minutes; first of all somebody becomes the owner. */
export function makePlan(random: Random, length: number): Act[] {
	const hat = ACTS.flatMap((name) => Array<string>(DEEDS[name]!.weight).fill(name));
	const plan: Act[] = [{ at: 10_000, name: "pair", seed: `${random.next()}` }];
	// Some hours are quiet, some are wild.
	for (let at = 30_000; at < length; ) {
		const pause = random.pick([5_000, MINUTE, 5 * MINUTE, 15 * MINUTE]);
		for (let i = random.between(1, 20); i > 0 && at < length; i--) {
			at += random.between(1, pause);
			plan.push({ at, name: random.pick(hat), seed: `${random.next()}` });
		}
	}
	return plan.filter((it) => it.at < length);
}

export function perform({ name, seed }: Act, stage: Stage, random: Random): void {
	const { world } = stage.home.machine;
	world.note(`act ${name}`);
	world.count(`act: ${name}`);
	DEEDS[name]!.deed(stage, random.fork(seed));
}
