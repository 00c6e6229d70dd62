import { ScaledTime, type SystemTime } from "../simulated/time";

const systemTime: SystemTime = {
	now: () => Date.now(),
	monotonic: () => performance.now(),
	set: (callback, ms) => setTimeout(callback, ms),
	clear: (handle) => clearTimeout(handle as NodeJS.Timeout),
};

/** The computer's clock and timers, `rate` times as fast. */
export class DesktopTime extends ScaledTime {
	constructor(rate: number, onException: (error: unknown) => void, system: SystemTime = systemTime) {
		super(rate, onException, system);
	}
}
