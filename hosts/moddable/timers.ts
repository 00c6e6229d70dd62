import Timer from "timer";
import type { Timer as Handle, Timers } from "../host";
import { guard, type OnException } from "./guard";

/** The SDK's timers. */
export class XsTimers implements Timers {
	#onException: OnException;

	constructor(onException: OnException) {
		this.#onException = onException;
	}

	once(callback: () => void, ms: number): Handle {
		return Timer.set(() => guard(callback, this.#onException), whole(ms));
	}

	repeat(callback: () => void, ms: number): Handle {
		return Timer.repeat(() => guard(callback, this.#onException), whole(ms));
	}

	clear(timer: Handle): void {
		if (timer) Timer.clear(timer as Timer);
	}
}

/** The SDK cuts the fraction off, and would be early. */
function whole(ms: number): number {
	return ms > 0 ? Math.ceil(ms) : 0;
}
