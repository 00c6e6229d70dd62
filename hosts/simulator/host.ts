import type { Host } from "../host";
import { surviveExceptions } from "../moddable/abort";
import { guard } from "../moddable/guard";
import { installText } from "../moddable/text";
import { readOptions } from "./options";
import { Panel } from "./panel";
import { type Parts, prepare, report, reportException, SimulatorHost } from "./simulator-host";

/** ms for the answer that announces a restart to leave. */
const RESTART_DELAY = 300;

/** Runs a device in Moddable's simulator, with the options in the process's environment. */
export function run(start: (host: Host) => { close(): void }): void {
	installText();
	let parts: Parts;
	try {
		parts = prepare(readOptions());
	} catch (error) {
		report({ event: "problem", message: (error as Error).message });
		// Nothing catches it, which ends the machine and without a window the process.
		throw error;
	}
	surviveExceptions(reportException);
	operate(parts, start);
}

function operate(parts: Parts, start: (host: Host) => { close(): void }): void {
	let host: SimulatorHost;
	const panel = new Panel({
		onButton: (pressed) => guard(() => host.button.onChange(pressed), reportException),
		onAction: (action) => host.act(action),
		onProblem: (message) => report({ event: "problem", message }),
	});
	const switchOn = () => {
		const current = new SimulatorHost(parts, panel.glow, () => {
			parts.realTime.once(() => {
				if (host !== current) return;
				guard(() => device.close(), reportException);
				current.close();
				switchOn();
			}, RESTART_DELAY);
		});
		host = current;
		const device = start(current);
	};
	switchOn();
}
