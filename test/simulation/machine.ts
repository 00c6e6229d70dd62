import { digest, hmac } from "../../hosts/desktop/digest";
import type { Connect, DeviceEvent, Host, Motion } from "../../hosts/host";
import type { Device } from "../../modules/device";
import { CONFIRM_STABLE } from "../../modules/limits";
import { SimulatedClock, SimulatedTimers } from "./clock";
import type { Firmware } from "./firmware";
import { SimulatedFlash, SimulatedStorage } from "./flash";
import { FAIR, type Weather } from "./link";
import { type Neighbours, SimulatedNetwork } from "./network";
import { Power, PowerCut } from "./power";
import { type Air, Radio } from "./radio";
import type { Random } from "./random";
import { Slots } from "./slots";
import type { World } from "./world";

/** Who watches a device. */
export interface Watcher {
	/** Before its firmware begins. */
	onBoot(): void;
	onEvent(event: DeviceEvent): void;
	/** Bytes that leave it, and to whom; undefined: to one who has come to it. */
	onWrite(bytes: Uint8Array, to: Connect | undefined): void;
	onConnect(to: Connect): void;
	/** Its wall clock was set, before the device does anything by it. */
	onClockSet(): void;
	/** After each of its callbacks, as long as it has power. */
	onSettled(): void;
	/** It has closed itself before a restart. */
	onClosed(): void;
}

export interface MachineParts {
	world: World;
	udid: string;
	firmware: Firmware;
	neighbours: Neighbours;
	air: Air;
}

/** ms after which a supervisor or a watchdog ends a firmware on trial that hangs. */
export const HUNG = 390_000;

export const FIRST_VERSION = "0.1.0";

/** One start of the firmware: all that does not outlive it. */
interface Run {
	readonly clock: SimulatedClock;
	readonly timers: SimulatedTimers;
	readonly network: SimulatedNetwork;
	readonly radio: Radio;
	readonly version: string;
	readonly startedAt: number;
	device: Device | undefined;
	buttonChanged(pressed: boolean): void;
	moved(motion: Motion): void;
}

/** A board with its power, flash and slots, and the device that runs on it whenever there is power. */
export class Machine {
	readonly power = new Power();
	readonly flash: SimulatedFlash;
	readonly storage: SimulatedStorage;
	readonly slots: Slots;
	readonly udid: string;
	readonly world: World;
	watcher!: Watcher;
	/** How the air is, for all its connections. */
	weather: Weather = FAIR;
	/** The network's time servers answer, and by how many ms they are wrong. */
	timeServer = true;
	clockError = 0;
	clockDrift = 0;
	/** Faults that outlive a restart. */
	readonly faults = { ports: new Set<"http" | "https">(), identities: false, radio: false, sensors: false };
	/** What the light shows. */
	light = "0,0,0";
	/** Somebody holds the button down. */
	pressed = false;
	/** The start that runs. */
	current: Run | undefined;
	/** Calls of the host after which the memory has run out: XS aborts then, and the chip restarts. */
	callsLeft = Number.POSITIVE_INFINITY;
	/** There is none for connections. */
	noSockets = false;
	/** The callback of a device that is under way. */
	#inside = false;
	#restarting = false;
	readonly #parts: MachineParts;
	readonly #random: Random;

	constructor(parts: MachineParts) {
		this.#parts = parts;
		this.world = parts.world;
		this.udid = parts.udid;
		const random = parts.world.random.fork(`machine ${parts.udid}`);
		this.#random = random;
		const { world } = parts;
		this.flash = new SimulatedFlash({ world, power: this.power, random: random.fork("flash") });
		this.storage = new SimulatedStorage({ world, power: this.power, random: random.fork("storage") });
		const first = { version: FIRST_VERSION, kind: "good" as const, bytes: new Uint8Array() };
		this.slots = new Slots(world, this.power, random.fork("slots"), first);
	}

	/** Switches it on, after having been off for `off` ms at least. */
	switchOn(off = 2_000): void {
		const { world } = this.#parts;
		world.schedule.after(off, () => {
			if (!this.power.on && !world.violation) this.#boot();
		});
	}

	/** Pulls the plug, and puts it back after a while. */
	cutPower(off: number): void {
		if (!this.power.on) return;
		this.power.on = false;
		if (!this.#inside) this.#goDown(off);
	}

	press(pressed: boolean): void {
		this.pressed = pressed;
		this.run(() => this.current?.buttonChanged(pressed));
	}

	move(motion: Motion): void {
		this.run(() => this.current?.moved(motion));
	}

	/** Runs a callback of the device that is there now. */
	run(callback: () => void): void {
		// One that hangs does nothing.
		if (this.current?.device) this.#run(this.current, callback);
	}

	#run(run: Run, callback: () => void): void {
		if (this.current !== run || !this.power.on) return;
		const { world, firmware } = this.#parts;
		if (this.#inside) {
			world.violate("the host calls the device while that calls the host");
			return;
		}
		firmware.setVersion(run.version);
		this.#enter(callback);
		if (!this.power.on) this.#goDown(this.#random.between(1_500, 60_000));
		else {
			this.watcher.onSettled();
			if (this.#restarting && this.current === run) this.#restart(run);
		}
	}

	#enter(callback: () => void): void {
		this.#inside = true;
		try {
			callback();
		} catch (error) {
			if (this.power.on) this.#parts.world.violate(`an exception left a callback: ${(error as Error).stack}`);
		}
		this.#inside = false;
	}

	#restart(run: Run): void {
		this.#restarting = false;
		// As the desk does it; the chip pulls its own plug.
		if (this.#random.chance(0.5)) {
			this.#enter(() => run.device?.close());
			if (this.power.on) this.watcher.onClosed();
		}
		this.power.on = false;
		this.#goDown(this.#random.between(1_500, 3_000));
	}

	#goDown(off: number): void {
		const run = this.current;
		this.#restarting = false;
		this.current = undefined;
		run?.timers.clearAll();
		run?.network.close();
		this.world.note("off");
		this.switchOn(off);
	}

	/** The device calls its host, which takes memory. */
	#call(): void {
		if (--this.callsLeft >= 0 || !this.power.on) return;
		this.world.count("fault: memory refused");
		this.callsLeft = Number.POSITIVE_INFINITY;
		this.power.on = false;
		throw new PowerCut();
	}

	#boot(): void {
		const { world, udid, firmware } = this.#parts;
		this.power.switchOn();
		this.callsLeft = Number.POSITIVE_INFINITY;
		const image = this.slots.boot();
		world.note(`boot ${image.version} ${image.kind}`);
		world.count("starts of the device");
		const run = this.#prepare(image.version);
		this.current = run;
		this.watcher.onBoot();
		if (image.kind === "hang") {
			world.count("update: hangs");
			// The boot loader's watchdog.
			world.schedule.after(HUNG, () => {
				if (this.current === run) this.cutPower(1_500);
			});
			return;
		}
		if (image.kind === "crash" || image.kind === "late crash") {
			world.count(`update: ${image.kind}`);
			const [least, most] = image.kind === "crash" ? [0, 1_000] : [2_000, CONFIRM_STABLE];
			world.schedule.after(this.#random.between(least, most), () => {
				if (this.current === run) this.cutPower(1_500);
			});
		}
		if (image.kind === "deaf") run.network.refused.add("http").add("https");
		this.#run(run, () => {
			run.device = new firmware.Device(this.#host(run, udid));
		});
		if (this.pressed) this.press(true);
	}

	#prepare(version: string): Run {
		const { world, neighbours, air } = this.#parts;
		const random = this.#random.fork(`start ${world.now}`);
		const guard = (callback: () => void) => this.#run(run, callback);
		const clock = new SimulatedClock(world, random.between(300, 1_200));
		clock.onSet = () => this.watcher.onClockSet();
		const timers = new SimulatedTimers(world, random.fork("timers"), guard);
		const radio = new Radio({
			world,
			air,
			random: random.fork("radio"),
			run: guard,
			onLeft: () => network.lose(random),
			onJoined: () => this.#askForTime(run, random),
		});
		radio.broken = this.faults.radio;
		const network = new SimulatedNetwork({
			world,
			neighbours,
			clock,
			timers,
			radio,
			random: random.fork("network"),
			weather: () => this.weather,
			run: guard,
			overhear: (bytes, to) => {
				if (this.power.on && this.current === run) this.watcher.onWrite(bytes, to);
			},
			onConnect: (to) => this.watcher.onConnect(to),
			hasMemory: () => !this.noSockets,
		});
		for (const door of this.faults.ports) network.refused.add(door);
		network.identitiesFail = this.faults.identities;
		const run: Run = {
			...{ clock, timers, network, radio, version, startedAt: world.now },
			device: undefined,
			buttonChanged() {},
			moved() {},
		};
		return run;
	}

	/** SNTP: once the network is joined, and every hour. */
	#askForTime(run: Run, random: Random): void {
		this.world.schedule.after(random.between(100, 20_000), () => {
			if (this.current !== run || run.radio.joined === undefined) return;
			if (this.timeServer) {
				if (!run.clock.synced) this.world.count("state: clock set");
				run.clock.set(this.clockError, this.clockDrift);
			}
			this.world.schedule.after(3_600_000, () => this.#askForTime(run, random));
		});
	}

	#host(run: Run, udid: string): Host {
		const { world } = this.#parts;
		const random = this.#random.fork(`host ${world.now}`);
		const restart = () => {
			if (this.power.on) this.#restarting = true;
		};
		const { flash, storage, faults } = this;
		return {
			udid,
			...{ clock: run.clock, timers: run.timers, network: run.network, wifi: run.radio, flash, storage },
			random: (count) => {
				this.#call();
				return random.bytes(count);
			},
			digest: (algorithm, bytes) => {
				this.#call();
				return digest(algorithm, bytes);
			},
			hmac: (key, bytes) => {
				this.#call();
				return hmac(key, bytes);
			},
			led: {
				gamma: 1,
				set: (red, green, blue) => {
					this.light = `${red},${green},${blue}`;
				},
			},
			button: {
				set onChange(changed: (pressed: boolean) => void) {
					run.buttonChanged = changed;
				},
			},
			sensors: {
				read: () => {
					this.#call();
					if (faults.sensors) throw new Error("no answer on the bus");
					// The second of the world: by it the world knows again what was measured when.
					return { pressure: Math.floor(world.now / 1000), temperature: 21.5 };
				},
				set onMotion(moved: (motion: Motion) => void) {
					run.moved = moved;
				},
			},
			announce: { publish() {}, withdraw() {} },
			setupPage: new Uint8Array([1, 2, 3]),
			updater: this.slots.updater(restart),
			restart,
			report: (event) => {
				this.#call();
				if (this.power.on && this.current === run) this.watcher.onEvent(event);
			},
		};
	}
}
