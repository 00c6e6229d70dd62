import type { Clock, Flash, Host, Motion, Storage } from "../../../hosts/host";
import { surviveExceptions } from "../../../hosts/moddable/abort";
import { digest, hmac } from "../../../hosts/moddable/digest";
import { describe } from "../../../hosts/moddable/problem";
import { Sockets } from "../../../hosts/moddable/sockets/sockets";
import { XsTimers } from "../../../hosts/moddable/timers";
import { xsMemory } from "../../../hosts/moddable/xs-memory";
import { Device } from "../../../modules/device";
import { Echo } from "./echo";
import { BenchNetwork, PlainBenchNetwork, TlsBenchNetwork } from "./network";
import { BenchRadio, PAGE } from "./radio";
import { BenchUpdater } from "./updater";

const UDID = "10000fb38278";
const SECTOR = 4096;

let device: Device | undefined;
let host: BenchHost | undefined;

interface BenchHost extends Host {
	echo: Echo;
	network: PlainBenchNetwork | TlsBenchNetwork;
}

const actions: Record<string, (argument: string) => unknown> = {
	/**
	 * `events`: what the device reports is printed, which the chip does for a debugger only. `tls`: it has TLS. `dials`:
	 * it connects to the database and the broker, without TLS. `wifi`: it has Wi-Fi, and a page for it to be set.
	 * `unset`: its clock is not set.
	 */
	start(argument) {
		clock.synced = !argument.includes("unset");
		host = createHost(argument);
		device = new Device(host);
	},
	/** All that a loss of power ends. */
	stop() {
		device?.close();
		host?.echo.close();
		host?.network.close();
		device = host = undefined;
	},
	button: (argument) => host?.button.onChange(argument === "down"),
	motion: (argument) => host?.sensors.onMotion(argument as Motion),
	problem: (argument) => host?.diagnostics?.problems?.add(argument),
	/** Takes memory until there is none: `slots`, or else chunks. */
	exhaust(argument) {
		const texts = new Array<string>(3_000).fill("");
		for (let i = 0, chain = {}; ; i++) {
			if (argument === "slots") chain = { chain };
			// In steps smaller than what XS asks for to tell of it.
			else texts[i] = `${i % 10}`;
		}
	},
	/** Throws where nobody catches. */
	throw() {
		native.setTimer(
			() => {
				throw new Error("nobody's");
			},
			0,
			false,
		);
	},
	ports: () => host?.network.ports,
	/** "port place deed": an echo that does it there; see sockets.ts. Returns its port. */
	serve: (argument) => host?.echo.serve(argument),
	unserve: () => host?.echo.close(),
	dial: (argument) => host?.echo.dial(argument),
	udp: (argument) => host?.echo.openUdp(Number(argument)),
	heard: () => host?.echo.heard,
};

/** Does what the test says and returns the result as JSON. */
export function act(name: string, argument: string): string {
	return JSON.stringify(actions[name]?.(argument) ?? null);
}

const clock: Clock & { synced: boolean } = {
	now: () => native.now(),
	monotonic: () => native.monotonic(),
	synced: true,
};

const flash: Flash = {
	get(key) {
		const value = native.readFlash(key);
		return value && new Uint8Array(value);
	},
	set: (key, value) => native.writeFlash(key, value),
	delete: (key) => native.writeFlash(key),
};

const storage: Storage = {
	sectors: 16,
	sectorSize: SECTOR,
	read: (sector, offset, count) => new Uint8Array(native.readStorage(sector * SECTOR + offset, count)),
	write: (sector, offset, bytes) => native.writeStorage(sector * SECTOR + offset, bytes),
	erase: (sector) => native.eraseStorage(sector * SECTOR, SECTOR),
};

function print(event: object): void {
	native.print(JSON.stringify(event));
}

function createHost(argument: string): BenchHost {
	const events = argument.includes("events");
	const onException = (error: unknown) => print({ event: "exception", message: describe(error) });
	surviveExceptions(onException);
	const timers = new XsTimers(onException);
	const io = new Sockets(onException);
	const Network = argument.includes("tls")
		? TlsBenchNetwork
		: argument.includes("dials")
			? PlainBenchNetwork
			: BenchNetwork;
	const network = new Network({ io, clock, timers, print, onException });
	return {
		udid: UDID,
		clock,
		timers,
		echo: new Echo(io),
		random: (count) => new Uint8Array(native.random(count)),
		digest,
		hmac,
		flash,
		storage,
		network,
		led: { gamma: 2.2, set() {} },
		button: { onChange() {} },
		sensors: {
			read: () => ({ temperature: 21.5, humidity: 40, pressure: 101_325, illuminance: 120 }),
			onMotion() {},
		},
		...(argument.includes("wifi") && { wifi: new BenchRadio(), setupPage: PAGE }),
		diagnostics: { reset: "power", problems: undefined, memory: () => ({ xs: xsMemory() }) },
		updater: new BenchUpdater(),
		restart: () => print({ event: "restarted" }),
		...(events && { report: print }),
	};
}
