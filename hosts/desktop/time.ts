import { ScaledTime } from "../simulated/time";

/** The computer's clock and timers, `rate` times as fast. */
export function desktopTime(rate: number, onException: (error: unknown) => void): ScaledTime {
	return new ScaledTime(rate, onException, {
		now: () => Date.now(),
		monotonic: () => performance.now(),
		set: (callback, ms) => setTimeout(callback, ms),
		clear: (handle) => clearTimeout(handle as NodeJS.Timeout),
	});
}
