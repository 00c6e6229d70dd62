import type { Host } from "../host";
import { surviveExceptions } from "../moddable/abort";
import { guard } from "../moddable/guard";
import { installText } from "../moddable/text";
import { board } from "./board";
import { restartChip } from "./chip";
import { ChipHost } from "./chip-host";

/** ms for the answer that announces a restart to leave. */
const RESTART_DELAY = 1_000;

/** Runs a device on the chip until the power goes or it is told to restart. */
export function run(start: (host: Host) => { close(): void }): void {
	installText();
	const host = new ChipHost(board, () => {
		host.timers.once(() => {
			guard(() => device.close(), host.onException);
			restartChip();
		}, RESTART_DELAY);
	});
	surviveExceptions(host.onException);
	const device = start(host);
}
