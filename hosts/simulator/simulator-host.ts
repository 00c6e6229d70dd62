// biome-ignore lint/style/useNodejsImportProtocol: this is the SDK's module.
import Net from "net";
import Timer from "timer";
import type {
	Clock,
	DeviceEvent,
	Diagnostics,
	Flash,
	Host,
	Led,
	ResetReason,
	Storage,
	Timers,
	Wifi,
} from "../host";
import { digest, hmac } from "../moddable/digest";
import { ModdableNetwork } from "../moddable/network";
import { describe } from "../moddable/problem";
import { sdkTls } from "../moddable/sdk-tls";
import { setupPage } from "../moddable/setup-page";
import { Sockets } from "../moddable/sockets/sockets";
import { xsMemory } from "../moddable/xs-memory";
import type { Action } from "../simulated/action";
import { SimulatedAir } from "../simulated/air";
import { SimulatedButton } from "../simulated/button";
import { FileFlash } from "../simulated/flash";
import { SimulatedSensors } from "../simulated/sensors";
import { ScaledTime, type SystemTime } from "../simulated/time";
import { keepUdid } from "../simulated/udid";
import { files, makeFolder, openStorage } from "./disk";
import type { Options } from "./options";
import type { PanelWindow } from "./panel";
import { type ReadyEvent, Status } from "./status";
import { monotonic, randomBuffer } from "./surroundings";

/** As on the chip. */
const MAX_CONNECTIONS = 4;

/** What outlives a restart of the device. */
export interface Parts {
	udid: string;
	flash: Flash;
	storage: Storage;
	/** Device time. */
	time: Clock & Timers;
	realTime: Clock & Timers;
	port: number;
	httpsPort: number;
	/** Its Wi-Fi is simulated. */
	wifi: boolean;
	diagnostics: Diagnostics & { reset: ResetReason };
	onException(error: unknown): void;
}

/** Throws an Error whose message is a line for the user. */
export function prepare({ data, udid, port, httpsPort, clockRate, wifi }: Options): Parts {
	const system: SystemTime = {
		now: () => Date.now(),
		monotonic,
		set: (callback, ms) => Timer.set(callback, ms),
		clear: (handle) => Timer.clear(handle as Timer),
	};
	const kept = open(data, udid);
	const diagnostics: Parts["diagnostics"] = {
		reset: "power",
		problems: undefined,
		memory: () => ({ xs: xsMemory() }),
	};
	const onException = (error: unknown) => {
		const message = describe(error);
		report({ event: "problem", message });
		diagnostics.problems?.add(message);
	};
	return {
		...kept,
		diagnostics,
		onException,
		time: new ScaledTime(clockRate, onException, system),
		realTime: new ScaledTime(1, onException, system),
		port,
		httpsPort,
		wifi,
	};
}

function open(data: string, udid: string | undefined): Pick<Parts, "flash" | "storage" | "udid"> {
	try {
		makeFolder(`${data}/flash`);
		return {
			flash: new FileFlash(`${data}/flash`, files),
			storage: openStorage(`${data}/points`),
			udid: keepUdid(`${data}/udid`, udid, files, random),
		};
	} catch (error) {
		throw new Error(`the data folder ${data} cannot be used: ${(error as Error).message}`);
	}
}

function random(count: number): Uint8Array {
	return new Uint8Array(randomBuffer(count));
}

/** One JSON object a line. */
export function report(event: DeviceEvent | ReadyEvent): void {
	trace(`${JSON.stringify(event)}\n`);
}

/** The surroundings of one device from its start to its end. */
export class SimulatorHost implements Host {
	readonly udid: string;
	readonly clock: Clock;
	readonly timers: Timers;
	readonly flash: Flash;
	readonly storage: Storage;
	readonly network: ModdableNetwork;
	readonly led: Led;
	readonly button: SimulatedButton;
	readonly sensors: SimulatedSensors;
	readonly wifi?: Wifi;
	readonly setupPage?: Uint8Array;
	readonly diagnostics: Diagnostics;
	readonly restart: () => void;
	readonly report: (event: DeviceEvent | ReadyEvent) => void;
	readonly digest = digest;
	readonly hmac = hmac;
	readonly random = random;

	constructor(parts: Parts, { glow, tell }: PanelWindow, restart: () => void) {
		const { udid, flash, storage, time, realTime, port, httpsPort, wifi, onException } = parts;
		const status = new Status(udid);
		this.udid = udid;
		this.report = (event) => {
			report(event);
			const lines = status.see(event);
			if (lines) tell(lines);
		};
		this.clock = time;
		this.timers = time;
		this.flash = flash;
		this.diagnostics = parts.diagnostics;
		this.storage = storage;
		this.network = new ModdableNetwork({
			io: new Sockets(onException),
			tls: sdkTls,
			resolve: (name, done) => Net.resolve(name, (_name, found) => done(found)),
			port,
			httpsPort,
			maxConnections: MAX_CONNECTIONS,
			clock: realTime,
			timers: realTime,
			address: () => "127.0.0.1",
			onListening: (open, secure) =>
				this.report(
					secure
						? { event: "secure", https: `https://127.0.0.1:${open}`, udid }
						: { event: "ready", http: `http://127.0.0.1:${open}`, udid },
				),
			onException,
		});
		this.led = { gamma: 1, set: glow };
		this.button = new SimulatedButton({ timers: time, onException });
		this.sensors = new SimulatedSensors({
			seed: Number.parseInt(udid.slice(4), 16),
			clock: time,
			timers: time,
			onException,
		});
		if (wifi) this.wifi = new SimulatedAir({ timers: realTime, onChange() {} });
		const page = setupPage();
		if (page) this.setupPage = page;
		this.restart = restart;
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
