import type { Host } from "../host";
import { surviveExceptions } from "../moddable/abort";
import { guard } from "../moddable/guard";
import { installText } from "../moddable/text";
import { readOptions } from "./options";
import { PanelWindow } from "./panel";
import { type Parts, prepare, report, SimulatorHost } from "./simulator-host";
import { environment, giveUp, tell } from "./surroundings";

/** ms for the answer that announces a restart to leave. */
const RESTART_DELAY = 300;

/** Runs a device in Moddable's simulator, with the options in the process's environment. */
export function run(start: (host: Host) => { close(): void }): void {
	installText();
	const parts = prepared();
	surviveExceptions(parts.onException);
	operate(parts, start);
}

function prepared(): Parts {
	try {
		return prepare(readOptions(environment));
	} catch (error) {
		tell((error as Error).message);
		return giveUp();
	}
}

function operate(parts: Parts, start: (host: Host) => { close(): void }): void {
	let host: SimulatorHost;
	const panel = new PanelWindow({
		onButton: (pressed) => guard(() => host.button.onChange(pressed), parts.onException),
		onAction: (action) => host.act(action),
		onProblem: (message) => report({ event: "problem", message }),
	});
	const switchOn = () => {
		const current = new SimulatorHost(parts, panel, () => {
			parts.realTime.once(() => {
				if (host !== current) return;
				guard(() => device.close(), parts.onException);
				current.close();
				parts.diagnostics.reset = "restart";
				switchOn();
			}, RESTART_DELAY);
		});
		host = current;
		const device = start(current);
	};
	switchOn();
}
