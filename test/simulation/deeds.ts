import { EPOCH } from "./clock";
import type { Home } from "./home";
import type { Wish } from "./ledger";
import { changing, type ProgramKey, type Request } from "./owner";
import type { Random } from "./random";
import type { Broker } from "./servers";
import { start, type Task } from "./task";
import { type Answer, sleep } from "./visitor";

/** What owners and their programs do. */

/** Becomes the owner of a device that has none: over its access point, with the home's network. */
export function* pair(home: Home, random: Random): Task {
	const { machine, owner, ledger } = home;
	if (ledger.stored) return;
	const { current } = machine;
	if (!current) return;
	if (!current.network.isOpen("https")) {
		home.press(true);
		yield* sleep(machine, 200);
		home.press(false);
		yield* sleep(machine, 4_000);
	}
	// The same UUID again, or another one.
	if (random.chance(0.5) && !ledger.stored) owner.renew();
	const network = home.network;
	const { password } = home.air.networks.get(network)!;
	const wrong = random.chance(0.1);
	const answer = yield* owner.pair({
		ssid: network,
		password: wrong ? `wrong-${random.letters(10)}` : password,
	});
	if (answer?.status !== 200) return;
	machine.world.count("state: paired");
	yield* sleep(machine, 20_000);
	if (wrong) {
		owner.ledger.unanswered(owner.ledger.ask(wifiChange(network, password)), 200_000);
		yield* owner.command({
			door: "https",
			asGuest: true,
			commands: { setWifi: { ssid: network, password } },
		});
	}
	yield* sleep(machine, 60_000);
	yield* manage(home, random, home.hasDatabase ? ["setInflux", "setMqtt"] : ["setMqtt"]);
}

/** A network is stored if it has shown that it works. */
function wifiChange(wifi: string, password: string): Wish {
	return changing("setWifi", () => ({ wifi, password }));
}

/** Switches to HTTPS, gives some commands, and leaves it or lets it end by itself. */
export function* manage(home: Home, random: Random, names: readonly string[]): Task {
	const { owner, machine } = home;
	if (!home.ledger.stored) return;
	if (owner.door === "http") {
		const times = random.chance(0.5)
			? {}
			: { idle: random.between(5, 300), limit: random.between(10, 1_200) };
		const answer = yield* owner.command({
			door: "http",
			commands: { setHttps: { enabled: true, ...times } },
		});
		if (answer?.status !== 200) return;
		yield* sleep(machine, 500);
	}
	for (const name of names) {
		yield* carryOut(home, random, name);
		yield* sleep(machine, random.between(10, 5_000));
	}
	// A key that was just revoked is tried at once.
	if (names.includes("setKeys")) for (let i = 0; i < 4; i++) yield* use(home, random);
	if (random.chance(0.6)) yield* owner.command({ door: "https", commands: { setHttps: { enabled: false } } });
}

const MANAGED = [
	"getSettings",
	"setMqtt",
	"setAuth",
	"setKeys",
	"setWifi",
	"scanWifi",
	"update",
	"restart",
	"off",
] as const;
const MANAGED_WITH_DATABASE = [...MANAGED, "setInflux", "several"] as const;

/** Some of what is managed in a home. */
export function tasks({ hasDatabase }: Home, random: Random): string[] {
	const names = hasDatabase ? MANAGED_WITH_DATABASE : MANAGED;
	return Array.from({ length: random.between(1, 4) }, () => random.pick(names));
}

function* carryOut(home: Home, random: Random, name: string): Task {
	const request = order(home, random, name);
	const { owner, machine } = home;
	if (name === "setWifi") {
		home.lastChange = machine.world.now;
		// It is stored later, if it shows that it works.
		const { ssid, password } = request.commands.setWifi as { ssid: string; password: string };
		owner.ledger.unanswered(owner.ledger.ask(wifiChange(ssid, password)), 200_000);
	}
	const before = home.ledger.stored;
	const answer = yield* owner.command({ door: "https", ...request });
	if (answer?.status === 200 && name === "getSettings" && before === home.ledger.stored) look(home, answer);
	if (answer?.status === 200 && name === "update") machine.world.count("update: ordered");
}

/** What getSettings says is what is stored. */
function look({ ledger, machine }: Home, { body }: Answer): void {
	const { stored } = ledger;
	const { keys, auth } = body.getSettings;
	if (stored && (keys.generation !== stored.generation || auth.md5 !== stored.md5))
		machine.world.violate(
			`getSettings says ${JSON.stringify(body)}, and stored is ${JSON.stringify(stored)}`,
		);
}

function order(home: Home, random: Random, name: string): Pick<Request, "commands" | "change"> {
	const { owner, ledger } = home;
	const number = home.number();
	switch (name) {
		case "setInflux": {
			const url = `http://${random.chance(0.9) ? "db.home" : "nowhere.home"}:8086/${number}`;
			const token = owner.hide(`token-${random.letters(20)}`);
			home.databaseSecrets.add(token);
			return {
				commands: { setInflux: { url, bucket: "home", token } },
				change: changing("setInflux", () => ({ influx: url })),
			};
		}
		case "setMqtt": {
			const url = `mqtt://${random.chance(0.9) ? "broker.home" : "nowhere.home"}:${random.chance(0.9) ? 1883 : 1900 + (number % 50)}`;
			const password = owner.hide(`password-${random.letters(20)}`);
			home.brokerSecrets.add(password);
			const light = random.chance(0.5);
			return {
				commands: { setMqtt: { url, user: "me", password, discovery: random.chance(0.5), light } },
				change: changing("setMqtt", () => ({ mqtt: url, mqttLight: light })),
			};
		}
		case "off":
			return random.chance(0.5)
				? { commands: { setInflux: null }, change: changing("setInflux off", () => ({ influx: null })) }
				: {
						commands: { setMqtt: null },
						change: changing("setMqtt off", () => ({ mqtt: null, mqttLight: false })),
					};
		case "setAuth": {
			const md5 = random.chance(0.5);
			return { commands: { setAuth: { md5 } }, change: changing("setAuth", () => ({ md5 })) };
		}
		case "setKeys": {
			if (random.chance(0.3))
				return {
					commands: { setKeys: { revokeAll: true } },
					change: changing("revokeAll", ({ generation }) => ({ generation: generation + 1, revoked: [] })),
				};
			const names = [random.pick(NAMES)];
			if (random.chance(0.5))
				return {
					commands: { setKeys: { revoke: names } },
					change: changing("revoke", ({ revoked }) => ({ revoked: [...new Set([...revoked, ...names])] })),
				};
			return {
				commands: { setKeys: { restore: names } },
				change: changing("restore", ({ revoked }) => ({ revoked: revoked.filter((it) => it !== names[0]) })),
			};
		}
		case "setWifi": {
			const ssid = random.pick([...home.air.networks.keys(), "nowhere"]);
			const right = home.air.networks.get(ssid)?.password ?? "no-such-network";
			const password = random.chance(0.8) ? right : owner.hide(`wrong-${random.letters(10)}`);
			return { commands: { setWifi: { ssid, password } } };
		}
		case "update": {
			const daily = random.pick([undefined, true, false]);
			const url = "https://updates.example.org/manifest.json";
			return {
				commands: { update: { url, ...(daily !== undefined && { daily }) } },
				change: changing("update", ({ update }) => ({
					update: daily === undefined ? update : daily ? url : null,
				})),
			};
		}
		case "several": {
			const md5 = random.chance(0.5);
			const url = `http://db.home:8086/${number}`;
			const token = owner.hide(`token-${random.letters(20)}`);
			home.databaseSecrets.add(token);
			// Of one that cannot be carried out, nothing may be.
			home.light.sent("blink", 10);
			const bad = random.chance(0.3) ? { setColor: { color: "no color" } } : { setColor: { color: "blue" } };
			return {
				commands: {
					setAuth: { md5 },
					setInflux: { url, database: "home", password: token, user: "me" },
					...bad,
				},
				change: changing("several", () => ({ md5, influx: url })),
			};
		}
		default:
			return { commands: { [name]: {} }, ...(ledger.stored && {}) };
	}
}

/** Whoever may publish at the broker sets the light there, where the owner lets them. */
export function setLight({ light, ledger, machine }: Home, random: Random, broker: Broker): void {
	if (ledger.stored?.mqttLight) light.unsure();
	const order = {
		state: random.pick(["ON", "ON", "OFF"]),
		effect: random.pick(["blink", "solid"]),
		brightness: 50,
	};
	broker.publish(`ambient16/${machine.udid}/light/set`, random.chance(0.9) ? JSON.stringify(order) : "[[[");
}

const NAMES = ["hub", "grafana", "panel", "cron"];

/**
 * A program with a key, or the owner with the UUID, does what may be done over plain HTTP, over it or through the broker.
 */
export function* use(home: Home, random: Random, broker?: Broker): Task {
	const { owner } = home;
	if (!home.ledger.stored) {
		if (!broker) yield* useWithoutOwner(home);
		return;
	}
	const key = random.chance(0.5) ? keyOf(home, random) : undefined;
	const name = random.pick(["getData", "getStatus", "setColor", "getSettings"] as const);
	const color = {
		color: random.pick(["red", "#00ff10", "black"]),
		effect: random.pick(["blink", "solid", "breathe"]),
		duration: random.chance(0.2) ? null : random.between(1, 60),
	};
	const commands = { [name]: name === "setColor" ? color : {} };
	const before = verdict(home, key, name);
	if (name === "setColor") home.light.sent(color.color === "black" ? "off" : color.effect, color.duration);
	const token = owner.token;
	const forge = broker !== undefined && random.chance(0.1);
	const answer = broker
		? yield* owner.order(broker, { commands, key, forge })
		: yield* owner.command({
				...{ door: owner.door, commands, key, method: random.pick(["md5", "signed"] as const) },
			});
	if (answer?.status === 200 && name === "getSettings" && broker)
		home.machine.world.violate("getSettings is answered over the broker");
	if (!key || !answer || forge) return;
	const after = verdict(home, key, name);
	const { world } = home.machine;
	if (answer.status === 200 && before === "no" && after === "no")
		world.violate(`the key ${key.id} is taken for ${name}`);
	const isRefused = ["wrong-secret", "revoked-key", "expired-key", "not-in-scope"].includes(
		answer.body?.code,
	);
	if (isRefused && before === "yes" && after === "yes" && token === owner.token)
		world.violate(`the key ${key.id} is refused for ${name}: ${answer.text}`);
}

/** A program goes on asking a device that has forgotten its owner. */
function* useWithoutOwner({ owner, machine, ledger }: Home): Task {
	const answer = yield* owner.command({ door: owner.door, commands: { getData: {} } });
	if (answer?.status === 200 && !ledger.stored)
		machine.world.violate("a command is carried out by a device without an owner");
}

function keyOf({ owner, machine }: Home, random: Random): ProgramKey {
	if (owner.keys.length > 0 && random.chance(0.6)) return random.pick(owner.keys);
	const now = Math.floor((EPOCH + machine.world.now) / 1000);
	const until = random.chance(0.5) ? 0 : now + random.between(-100, 7_200);
	return owner.makeKey(random.pick(NAMES), random.pick(["r", "l", "m", "rl", "rm", "lm", "rlm"]), until);
}

const SCOPES: Record<string, string> = { getData: "r", getStatus: "r", setColor: "l", getSettings: "m" };

/** Whether a key may be used for something now; "perhaps" where that depends on what the device knows of the time. */
function verdict(
	{ ledger, machine }: Home,
	key: ProgramKey | undefined,
	name: string,
): "yes" | "no" | "perhaps" {
	const { stored } = ledger;
	if (!key || !stored) return "perhaps";
	if (key.uuid !== stored.uuid || key.generation !== stored.generation) return "no";
	if (stored.revoked.includes(key.name) || !key.scope.includes(SCOPES[name]!)) return "no";
	if (key.until === 0) return "yes";
	const clock = machine.current?.clock;
	if (!clock?.synced) return "perhaps";
	return clock.now() / 1000 >= key.until ? "no" : "perhaps";
}

export function* reset(home: Home, random: Random): Task {
	const { owner, machine, ledger } = home;
	if (!ledger.stored) return;
	const before = ledger.stored.uuid;
	const change = ledger.ask({
		name: "reset",
		apply: (stored) => (stored?.uuid === before ? null : stored),
	});
	if (random.chance(0.5)) {
		home.press(true);
		yield* sleep(machine, random.between(8_000, 12_000));
		home.press(false);
	} else yield* owner.command({ door: owner.door, commands: { factoryReset: {} } });
	ledger.unanswered(change, 60_000);
	yield* sleep(machine, 10_000);
	if (random.chance(0.8)) yield* pair(home, random);
}

export function act(task: Task): void {
	start(task);
}
