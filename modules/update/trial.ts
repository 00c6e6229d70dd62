import type { Host, Timer } from "../../hosts/host";
import { CONFIRM_INTERVAL, CONFIRM_TIME } from "../limits";

/**
 * Keeps a new firmware if it works, and leaves it if it does not: `works` has to say so within CONFIRM_TIME,
 * and may take back and forth until then. Returns what ends the trial without a judgement: the next start
 * then leaves it.
 */
export function watchTrial(
	host: Pick<Host, "network" | "updater">,
	works: () => boolean,
	onConfirmed: () => void,
): () => void {
	const { network, updater } = host;
	if (!updater?.onTrial) return () => {};
	const { timers, clock } = network;
	let end = clock.monotonic() + CONFIRM_TIME;
	const timer: Timer = timers.repeat(() => {
		try {
			if (passes(works)) {
				updater.confirm();
				timers.clear(timer);
				onConfirmed();
			} else if (clock.monotonic() >= end) {
				// Unless the flash fails, nothing comes after it.
				end += CONFIRM_TIME;
				updater.rollBack("the new firmware did not work within 5 minutes");
			}
		} catch {
			// The flash failed: that is no firmware to keep, unless it comes to itself in time.
		}
	}, CONFIRM_INTERVAL);
	return () => timers.clear(timer);
}

/** One that cannot even tell does not work. */
function passes(works: () => boolean): boolean {
	try {
		return works();
	} catch {
		return false;
	}
}
