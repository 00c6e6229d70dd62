import I2C from "embedded:io/i2c";
import flash from "embedded:storage/flash";
// biome-ignore lint/style/useNodejsImportProtocol: this is the SDK's module.
import Net from "net";
import Time from "time";
import type {
	Announce,
	Button,
	Clock,
	DeviceEvent,
	Flash,
	Host,
	Led,
	Sensors,
	Storage,
	Timers,
	Updater,
	Wifi,
} from "../host";
import { digest, hmac, sha256 } from "../moddable/digest";
import { ModdableNetwork } from "../moddable/network";
import { describe } from "../moddable/problem";
import { sdkTls } from "../moddable/sdk-tls";
import { setupPage } from "../moddable/setup-page";
import { Sockets } from "../moddable/sockets/sockets";
import { rising } from "../moddable/ticks";
import { XsTimers } from "../moddable/timers";
import { type Partition, PartitionStorage } from "../partition";
import { MdnsResponder } from "./announce";
import { openApds9960 } from "./apds9960";
import { openBme68x } from "./bme68x";
import { type Board, name, timeServer } from "./board";
import { PolledButton } from "./button";
import { openButtonPin } from "./button-pin";
import { CaptiveDns } from "./captive-dns";
import { isDebugged, macAddress, randomBuffer } from "./chip";
import { SettableClock } from "./clock";
import { ChipDiagnostics } from "./diagnostics";
import { NvsFlash } from "./flash";
import type { SensorOptions } from "./i2c";
import { openLed } from "./led";
import { Scd4x } from "./scd4x";
import { SdkRadio } from "./sdk-radio";
import { sdkSlots } from "./sdk-slots";
import { BoardSensors, type SensorSource } from "./sensors";
import { Sht4x } from "./sht4x";
import { verifyUpdate } from "./signature";
import { TimeSync } from "./time-sync";
import { OtaUpdater } from "./updater";
import { ChipWifi } from "./wifi";

const HTTP_PORT = 80;
const HTTPS_PORT = 443;
/** The device's address in its own access point (ESP-IDF's esp_netif). */
const ACCESS_POINT = "192.168.4.1";
/** Each may hold a request and its answer in the machine's memory, and a window of TCP in the network's. */
const MAX_CONNECTIONS = 4;

/** The surroundings of the device on a chip. Made once: pins, radio and flash are the chip's only ones. */
export class ChipHost implements Host {
	readonly udid: string;
	readonly clock: SettableClock;
	readonly timers: Timers;
	readonly flash: Flash;
	readonly storage: Storage;
	readonly network: ModdableNetwork;
	readonly led: Led;
	readonly button: Button;
	readonly sensors: Sensors;
	readonly announce: Announce;
	readonly wifi: Wifi;
	readonly setupPage?: Uint8Array;
	readonly updater: Updater;
	readonly diagnostics: ChipDiagnostics;
	readonly restart: () => void;
	/** For what nobody else has caught. */
	readonly onException: (error: unknown) => void;
	readonly report?: (event: DeviceEvent) => void;
	readonly digest = digest;
	readonly hmac = hmac;
	readonly random = random;

	/** Throws if the board is not what its configuration says. */
	constructor(board: Board, restart: () => void) {
		const diagnostics = new ChipDiagnostics();
		const onProblem = (message: string) => {
			report({ event: "problem", message });
			diagnostics.problems?.add(message);
		};
		const onException = (error: unknown) => onProblem(describe(error));
		const timers = new XsTimers(onException);
		const clock = new SettableClock(rising(() => Time.ticks));
		const udid = macAddress();
		const address = () => Net.get("IP", "station") || Net.get("IP", "ap") || undefined;
		this.udid = udid;
		this.diagnostics = diagnostics;
		this.onException = onException;
		this.clock = clock;
		this.timers = timers;
		this.restart = restart;
		if (isDebugged()) this.report = report;
		const sockets = new Sockets(onException);

		const announce = new MdnsResponder({
			name,
			open: sockets.openUdp,
			timers,
			address,
			random,
			onException,
		});
		const timeSync = new TimeSync({
			server: timeServer,
			open: sockets.openUdp,
			resolve: (name, done) => Net.resolve(name, (_name, found) => done(found)),
			clock,
			timers,
			random,
			onTime: (time) => {
				clock.set(time);
				// For what of the SDK asks for the time. TLS is told it with each connection.
				Time.set(Math.floor(time / 1000));
			},
			onException,
		});
		this.wifi = new ChipWifi({
			name: `${name}-${udid}`,
			address: ACCESS_POINT,
			radio: (onEvent) => new SdkRadio(`ambient16-${udid}`, onEvent),
			dns: new CaptiveDns({ open: sockets.openUdp, address: ACCESS_POINT, onException }),
			onOnline: (joined) => {
				trace(`address ${address()}\n`);
				network.online();
				announce.online();
				if (joined) timeSync.start();
				else timeSync.stop();
			},
			onOffline: () => {
				announce.offline();
				timeSync.stop();
			},
		});
		const page = setupPage();
		if (page) this.setupPage = page;
		this.announce = announce;
		const network = new ModdableNetwork({
			io: sockets,
			tls: sdkTls,
			resolve: (name, done) => Net.resolve(name, (_name, found) => done(found)),
			port: HTTP_PORT,
			httpsPort: HTTPS_PORT,
			maxConnections: MAX_CONNECTIONS,
			clock,
			timers,
			address,
			onListening: (port) => trace(`listening on port ${port}\n`),
			onException,
		});
		this.network = network;
		this.flash = new NvsFlash();
		this.storage = new PartitionStorage(flash.open({ path: "points" }) as unknown as Partition);
		this.updater = new OtaUpdater({
			slots: sdkSlots(),
			flash: this.flash,
			verify: verifyUpdate,
			hash: sha256,
		});
		this.led = openLed(board);
		this.button = new PolledButton(openButtonPin(board), timers);
		this.sensors = new BoardSensors({
			sources: sourcesOf(board, clock),
			clock,
			timers,
			onProblem,
		});
	}
}

/** Where two measure the same, the later one counts: the SCD4x warms itself. */
function sourcesOf({ i2c, sensors }: Board, clock: Pick<Clock, "monotonic">): SensorSource[] {
	if (!i2c) return [];
	const { scd4x, bme68x, sht4x, apds9960 } = sensors;
	// The SDK's typings do not know `close`.
	const io = I2C as unknown as SensorOptions["io"];
	const at = (address: number) => ({ io, ...i2c, address });
	const sources: SensorSource[] = [];
	if (scd4x !== null)
		sources.push({
			name: "SCD4x",
			optional: true,
			open: (settings) => new Scd4x({ sensor: at(scd4x), clock, settings }),
		});
	if (bme68x !== null) sources.push({ name: "BME68x", open: () => openBme68x({ ...i2c, address: bme68x }) });
	if (sht4x !== null)
		sources.push({
			name: "SHT4x",
			optional: true,
			open: () => new Sht4x({ sensor: at(sht4x), clock }),
		});
	if (apds9960 !== null)
		sources.push({ name: "APDS-9960", open: () => openApds9960({ ...i2c, address: apds9960 }) });
	return sources;
}

function random(count: number): Uint8Array {
	return new Uint8Array(randomBuffer(count));
}

/** One JSON object a line on the debugger's console. A blink is not worth a line. */
function report(event: DeviceEvent): void {
	if (event.event !== "led") trace(`${JSON.stringify(event)}\n`);
}
