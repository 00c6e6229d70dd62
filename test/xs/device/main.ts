import type { Clock, DeviceEvent, Flash, Host, Readings } from "../../../hosts/host";
import { digest, hmac } from "../../../hosts/moddable/digest";
import type { SocketIo } from "../../../hosts/moddable/io";
import { describe } from "../../../hosts/moddable/problem";
import { XsTimers } from "../../../hosts/moddable/timers";
import { Device } from "../../../modules/device";
import { BenchNetwork } from "./network";

export const UDID = "10000fb38278";

let device: Device | undefined;
let host: Host | undefined;

const actions: Record<string, (argument: string) => unknown> = {
	start(argument) {
		host = createHost(argument);
		device = new Device(host);
	},
	close() {
		device?.close();
		device = undefined;
	},
	button(argument) {
		host?.button.onChange(argument === "down");
	},
	ports: () => (host?.network as BenchNetwork).ports,
};

/** Does what the test says and returns the result as JSON. */
export function act(name: string, argument: string): string {
	return JSON.stringify(actions[name]?.(argument) ?? null);
}

const clock: Clock = { now: () => native.now(), monotonic: () => native.monotonic(), synced: true };

const flash: Flash = {
	get(key) {
		const value = native.readFlash(key);
		return value && new Uint8Array(value);
	},
	set: (key, value) => native.writeFlash(key, value),
	delete: (key) => native.writeFlash(key),
};

/** `events`: what the device reports is printed, which the chip does for a debugger only. */
function createHost(argument: string): Host {
	const print = (event: DeviceEvent) => native.print(JSON.stringify(event));
	const report = argument === "events" ? print : () => {};
	const onException = (error: unknown) => print({ event: "problem", message: describe(error) });
	const timers = new XsTimers(onException);
	return {
		udid: UDID,
		clock,
		timers,
		random: (count) => new Uint8Array(native.random(count)),
		digest,
		hmac,
		flash,
		network: new BenchNetwork({ io: native as unknown as SocketIo, clock, timers, onException }),
		led: { gamma: 2.2, set() {} },
		button: { onChange() {} },
		sensors: { read: () => readings(), onMotion() {} },
		restart() {},
		report,
	};
}

function readings(): Readings {
	return { temperature: 21.5, humidity: 40, pressure: 101_325, illuminance: 120 };
}
