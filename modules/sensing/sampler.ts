import type { Host, Motion, Readings, Timer } from "../../hosts/host";
import { CLOCK_JUMP, COUNTER_MAX, SAMPLE_INTERVAL } from "../limits";
import { TakenTimes } from "./taken-times";
import { UntimedWindows } from "./untimed-windows";
import { type Measured, OpenWindow, type Window, windowStart } from "./window";

/** How often each motion was seen since the start; after COUNTER_MAX comes 0. */
export type EventCounters = Readonly<Record<Motion, number>>;

type SamplerHost = Pick<Host, "clock" | "timers" | "sensors">;

export interface SamplerDevice {
	/** A window with data, when its time is known; `late`: it waited for that. No two have the same time; see Sampler. */
	onWindow(window: Window, late: boolean): void;
	onMotion(motion: Motion): void;
}

/**
 * Reads the sensors every SAMPLE_INTERVAL and gathers what they say in windows of WINDOW, aligned to the
 * wall clock and measured by the monotonic one. A time is the key of a point in the database, so:
 *
 * - A reading counts in the window in which it was taken, however late the timer. A window without any is
 *   left out. A time in seconds is given out once in a run, and rises as long as the clock is not set back.
 * - Each window aligns itself anew. If corrections below CLOCK_JUMP leave a rest of a window that was given
 *   out already, the rest is added to the next one.
 * - When the clock jumps, the window ends early and keeps its time by the old clock; unless the new clock
 *   puts the moment into that same window: then it goes on, and no longer than WINDOW altogether.
 * - After a jump back, times that were given out come again. Windows at these times are not given to
 *   `onWindow` (either the one point or the other must go, and history is worth more than a clock that has
 *   just proved unsure), but `latest` goes on. Only times that really were given out are lost: after an hour
 *   too far ahead by mistake and back again, none is.
 * - Before the clock is set, windows align themselves to the monotonic clock, and wait: they get their times when it
 *   is set, all at once, as does the one that is open then. The oldest of too many make room.
 */
export class Sampler {
	readonly #host: SamplerHost;
	readonly #device: SamplerDevice;
	readonly #events: Record<Motion, number> = { "left-to-right": 0, "right-to-left": 0 };
	readonly #taken = new TakenTimes();
	/** From the monotonic clock to the wall clock when that was found set, ms; undefined before. */
	#firstOffset: number | undefined;
	/** Windows from before, with their starts by the monotonic clock. */
	readonly #untimed = new UntimedWindows();
	#lost = 0;
	#open: OpenWindow;
	#latest: { measured: Measured; start: number; synced: boolean } | undefined;
	#due: number;
	#timer: Timer;
	#closed = false;

	constructor(host: SamplerHost, device: SamplerDevice) {
		this.#host = host;
		this.#device = device;
		this.#due = this.#now();
		const offset = this.#offset();
		if (host.clock.synced) this.#firstOffset = offset;
		this.#open = this.#begin(this.#due, offset);
		host.sensors.onMotion = (motion) => this.#count(motion);
		this.#timer = host.timers.once(() => this.#tick(), 0);
	}

	/** The window that closed last, also one whose time had been given out before; without one until the clock is set. */
	get latest(): (Measured & { readonly time: number | undefined }) | undefined {
		if (!this.#latest) return undefined;
		const { measured, start, synced } = this.#latest;
		return { ...measured, time: synced ? start / 1000 : this.#timeOf(start) };
	}

	/** Windows that wait for their time. */
	get untimed(): number {
		return this.#untimed.count;
	}

	/** Windows that made room before they got it. */
	get lost(): number {
		return this.#lost;
	}

	/** Forgets the windows that wait, and those that were lost: they are nobody's. */
	forget(): void {
		this.#untimed.clear();
		this.#lost = 0;
	}

	get events(): EventCounters {
		return this.#events;
	}

	/** Stops, without the window that is open. */
	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		this.#host.timers.clear(this.#timer);
		this.#host.sensors.onMotion = () => {};
	}

	/** A timer that is early only sets the next one. */
	#tick(): void {
		if (this.#now() >= this.#due) {
			const readings = this.#read();
			this.#settle().add(readings);
			this.#due = this.#next();
		}
		if (!this.#closed)
			this.#timer = this.#host.timers.once(() => this.#tick(), Math.max(this.#due - this.#now(), 0));
	}

	/**
	 * When to read next. Counted back from the window's end, so that the first reading of the next one also
	 * closes this one, and no sooner than half an interval from now, except at the end.
	 */
	#next(): number {
		const now = this.#now();
		const left = Math.max(this.#open.end - now, 0);
		const rest = left % SAMPLE_INTERVAL;
		return now + (rest < SAMPLE_INTERVAL / 2 && rest < left ? rest + SAMPLE_INTERVAL : rest);
	}

	#read(): Readings {
		try {
			return { ...this.#host.sensors.read() };
		} catch {
			return {};
		}
	}

	#count(motion: Motion): void {
		const count = this.#events[motion];
		this.#events[motion] = count === COUNTER_MAX ? 0 : count + 1;
		this.#settle().motionEvents++;
		try {
			this.#device.onMotion(motion);
		} catch {
			// The sensor that called must not see it.
		}
	}

	/** The window that the present moment belongs to; the one before it is closed. */
	#settle(): OpenWindow {
		const open = this.#open;
		const now = this.#now();
		const offset = this.#offset();
		const set = this.#firstOffset === undefined && this.#host.clock.synced;
		if (set) this.#set(offset);
		const jumped = open.synced && Math.abs(offset - open.offset) > CLOCK_JUMP;
		if (now < open.end) {
			if (!set && !jumped) return open;
			if (windowStart(now + offset) === open.start) {
				open.align(offset);
				return open;
			}
		}
		const window = this.#finish(open);
		if (jumped) this.#taken.split();
		this.#open = this.#begin(now, offset);
		if (window) this.#tell(window, false);
		return this.#open;
	}

	#tell(window: Window, late: boolean): void {
		try {
			this.#device.onWindow(window, late);
		} catch {
			// Called from a timer or a sensor. The next window is not to suffer.
		}
	}

	/** The clock has been set: gives their times to the windows before. */
	#set(offset: number): void {
		this.#firstOffset = offset;
		this.#open.set(offset);
		this.#untimed.take((window) => {
			const time = windowStart(window.time * 1000 + offset);
			this.#taken.add(time);
			this.#tell({ ...window, time: time / 1000 }, true);
		});
	}

	/** When a window from before the clock was set started, in seconds since 1970; undefined until it is set. */
	#timeOf(start: number): number | undefined {
		return this.#firstOffset === undefined ? undefined : windowStart(start + this.#firstOffset) / 1000;
	}

	/** Closes a window; undefined if it is not to be given out, or not yet. */
	#finish(open: OpenWindow): Window | undefined {
		const measured = open.close();
		if (!measured) return undefined;
		const { start, synced } = open;
		this.#latest = { measured, start, synced };
		if (!synced) {
			if (!this.#untimed.add({ ...measured, time: start / 1000 })) this.#lost++;
			return undefined;
		}
		if (this.#taken.has(start)) return undefined;
		this.#taken.add(start);
		return { ...measured, time: start / 1000 };
	}

	#begin(now: number, offset: number): OpenWindow {
		if (this.#firstOffset === undefined) return new OpenWindow(windowStart(now), offset, false);
		const start = windowStart(now + offset);
		const taken = this.#taken.has(start);
		return new OpenWindow(taken ? windowStart(now + offset + CLOCK_JUMP) : start, offset, true);
	}

	/** Whole ms, so that sums and differences of times are exact. */
	#now(): number {
		return Math.floor(this.#host.clock.monotonic());
	}

	#offset(): number {
		return Math.round(this.#host.clock.now() - this.#host.clock.monotonic());
	}
}
