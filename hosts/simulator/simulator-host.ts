import Timer from "timer";
import type { Clock, DeviceEvent, Flash, Host, Led, Timers } from "../host";
import { digest, hmac } from "../moddable/digest";
import { ModdableNetwork } from "../moddable/network";
import { describe } from "../moddable/problem";
import { sdkIo } from "../moddable/sdk-io";
import type { Action } from "../simulated/action";
import { SimulatedButton } from "../simulated/button";
import { SimulatedSensors } from "../simulated/sensors";
import { ScaledTime, type SystemTime } from "../simulated/time";
import { FileFlash } from "./flash";
import type { Options } from "./options";
import { monotonic, randomBuffer } from "./surroundings";
import { keepUdid } from "./udid";

/** As on the chip. */
const MAX_CONNECTIONS = 4;

/** What outlives a restart of the device. */
export interface Parts {
	udid: string;
	flash: Flash;
	/** Device time. */
	time: Clock & Timers;
	realTime: Clock & Timers;
	port: number;
}

/** Throws an Error whose message is a line for the user. */
export function prepare({ data, udid, port, clockRate }: Options): Parts {
	const system: SystemTime = {
		now: () => Date.now(),
		monotonic,
		set: (callback, ms) => Timer.set(callback, ms),
		clear: (handle) => Timer.clear(handle as Timer),
	};
	const kept = open(data, udid);
	return {
		...kept,
		time: new ScaledTime(clockRate, reportException, system),
		realTime: new ScaledTime(1, reportException, system),
		port,
	};
}

function open(data: string, udid: string | undefined): Pick<Parts, "flash" | "udid"> {
	try {
		return { flash: new FileFlash(`${data}/flash`), udid: keepUdid(`${data}/udid`, udid) };
	} catch (error) {
		throw new Error(`the data folder ${data} cannot be used: ${(error as Error).message}`);
	}
}

/** One JSON object a line. */
export function report(event: DeviceEvent | { event: "ready"; http: string; udid: string }): void {
	trace(`${JSON.stringify(event)}\n`);
}

export function reportException(error: unknown): void {
	report({ event: "problem", message: describe(error) });
}

/** The surroundings of one device from its start to its end. */
export class SimulatorHost implements Host {
	readonly udid: string;
	readonly clock: Clock;
	readonly timers: Timers;
	readonly flash: Flash;
	readonly network: ModdableNetwork;
	readonly led: Led;
	readonly button: SimulatedButton;
	readonly sensors: SimulatedSensors;
	readonly restart: () => void;
	readonly report = report;
	readonly digest = digest;
	readonly hmac = hmac;

	constructor({ udid, flash, time, realTime, port }: Parts, set: Led["set"], restart: () => void) {
		this.udid = udid;
		this.clock = time;
		this.timers = time;
		this.flash = flash;
		this.network = new ModdableNetwork({
			io: sdkIo(),
			port,
			maxConnections: MAX_CONNECTIONS,
			clock: realTime,
			timers: realTime,
			address: () => "127.0.0.1",
			onListening: (open) => report({ event: "ready", http: `http://127.0.0.1:${open}`, udid }),
			onException: reportException,
		});
		this.led = { gamma: 1, set };
		this.button = new SimulatedButton({ timers: time, onException: reportException });
		this.sensors = new SimulatedSensors({
			seed: Number.parseInt(udid.slice(4), 16),
			clock: time,
			timers: time,
			onException: reportException,
		});
		this.restart = restart;
	}

	random(count: number): Uint8Array {
		return new Uint8Array(randomBuffer(count));
	}

	/** What somebody at the desk does. */
	act(action: Action): void {
		if ("motion" in action) this.sensors.move(action.motion);
		else this.button.press(action.button);
	}

	/** Leaves nothing running. */
	close(): void {
		this.button.close();
		this.sensors.close();
		this.network.close();
	}
}
