import type { Host, Timer } from "../../hosts/host";
import { CONFIRM_INTERVAL, CONFIRM_STABLE, CONFIRM_TIME } from "../limits";
import { VERSION } from "../version";

/**
 * Keeps a new firmware once the device has worked for CONFIRM_STABLE without a break, and leaves it if that does not work
 * when CONFIRM_TIME is over, or any time later. One that crashes meanwhile is left by who starts it. Returns what ends
 * the trial without a judgement, if there is one: the next start then leaves it.
 */
export function watchTrial(
	host: Pick<Host, "network" | "updater" | "report">,
	device: { readonly works: boolean },
): (() => void) | undefined {
	const { network, updater } = host;
	if (!updater?.onTrial) return undefined;
	const { timers, clock } = network;
	let end = clock.monotonic() + CONFIRM_TIME;
	let since: number | undefined;
	const timer: Timer = timers.repeat(() => {
		const now = clock.monotonic();
		since = passes(device) ? (since ?? now) : undefined;
		try {
			if (since !== undefined) {
				if (now - since < CONFIRM_STABLE) return;
				updater.confirm();
				timers.clear(timer);
				host.report?.({ event: "update", state: "confirmed", version: VERSION });
			} else if (now >= end) {
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
function passes(device: { readonly works: boolean }): boolean {
	try {
		return device.works;
	} catch {
		return false;
	}
}
