import type { Clock, Motion, Readings, Sensors, Timer, Timers } from "../../hosts/host";
import { CLOCK_JUMP, COUNTER_MAX, SAMPLE_INTERVAL } from "../limits";
import { TakenTimes } from "./taken-times";
import { OpenWindow, type Window, windowStart } from "./window";

/** How often each motion was seen since the start; after COUNTER_MAX comes 0. */
export type EventCounters = Readonly<Record<Motion, number>>;

export interface SamplerOptions {
	clock: Clock;
	timers: Timers;
	sensors: Sensors;
	/** A window that has data has closed. No two come with the same time; see Sampler. */
	onWindow(window: Window): void;
	onMotion?(motion: Motion): void;
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
 * - Before the clock is set, windows align themselves to the monotonic clock and are not `synced`; `timeOf`
 *   tells their time afterwards. The one that is open when the clock is set gets its time at once.
 */
export class Sampler {
	readonly #clock: Clock;
	readonly #timers: Timers;
	readonly #sensors: Sensors;
	readonly #onWindow: SamplerOptions["onWindow"];
	readonly #onMotion: SamplerOptions["onMotion"];
	readonly #events: Record<Motion, number> = { "left-to-right": 0, "right-to-left": 0 };
	readonly #taken = new TakenTimes();
	/** From the monotonic clock to the wall clock when that was found set, ms; undefined before. */
	#firstOffset: number | undefined;
	/** The first and the last window from before, ms of the monotonic clock. */
	#unsynced: { first: number; last: number } | undefined;
	#open: OpenWindow;
	#latest: Window | undefined;
	#due: number;
	#timer: Timer;
	#closed = false;

	constructor({ clock, timers, sensors, onWindow, onMotion }: SamplerOptions) {
		this.#clock = clock;
		this.#timers = timers;
		this.#sensors = sensors;
		this.#onWindow = onWindow;
		this.#onMotion = onMotion;
		this.#due = this.#now();
		const offset = this.#offset();
		if (clock.synced) this.#firstOffset = offset;
		this.#open = this.#begin(this.#due, offset);
		sensors.onMotion = (motion) => this.#count(motion);
		this.#timer = timers.once(() => this.#tick(), 0);
	}

	/** The window that closed last, also one whose time had been given out before. */
	get latest(): Window | undefined {
		return this.#latest;
	}

	get events(): EventCounters {
		return this.#events;
	}

	/**
	 * The time of a window in seconds since 1970, also of one from before the clock was set: no other window
	 * has it, now or later. Undefined until the clock is set.
	 */
	timeOf(window: Window): number | undefined {
		if (window.synced) return window.time;
		if (this.#firstOffset === undefined) return undefined;
		return windowStart(window.monotonic + this.#firstOffset) / 1000;
	}

	/** Stops, without the window that is open. */
	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		this.#timers.clear(this.#timer);
		this.#sensors.onMotion = () => {};
	}

	/** A timer that is early only sets the next one. */
	#tick(): void {
		if (this.#now() >= this.#due) {
			const readings = this.#read();
			this.#settle().add(readings);
			this.#due = this.#next();
		}
		if (!this.#closed)
			this.#timer = this.#timers.once(() => this.#tick(), Math.max(this.#due - this.#now(), 0));
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
			return { ...this.#sensors.read() };
		} catch {
			return {};
		}
	}

	#count(motion: Motion): void {
		const count = this.#events[motion];
		this.#events[motion] = count === COUNTER_MAX ? 0 : count + 1;
		this.#settle().motionEvents++;
		try {
			this.#onMotion?.(motion);
		} catch {
			// The sensor that called must not see it.
		}
	}

	/** The window that the present moment belongs to; the one before it is closed. */
	#settle(): OpenWindow {
		const open = this.#open;
		const now = this.#now();
		const offset = this.#offset();
		const set = this.#firstOffset === undefined && this.#clock.synced;
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
		if (window)
			try {
				this.#onWindow(window);
			} catch {
				// Called from a timer or a sensor. The next window is not to suffer.
			}
		return this.#open;
	}

	/** The clock has been set: gives their times to the windows before. */
	#set(offset: number): void {
		this.#firstOffset = offset;
		if (this.#unsynced) {
			this.#taken.add(windowStart(this.#unsynced.first + offset));
			this.#taken.add(windowStart(this.#unsynced.last + offset));
		}
		this.#open.set(offset);
	}

	/** Closes a window; undefined if it is not to be given out. */
	#finish(open: OpenWindow): Window | undefined {
		const window = open.close();
		if (!window) return undefined;
		this.#latest = window;
		if (!open.synced) {
			this.#unsynced ??= { first: open.start, last: open.start };
			this.#unsynced.last = open.start;
			return window;
		}
		if (this.#taken.has(open.start)) return undefined;
		this.#taken.add(open.start);
		return window;
	}

	#begin(now: number, offset: number): OpenWindow {
		if (this.#firstOffset === undefined) return new OpenWindow(windowStart(now), offset, false);
		const start = windowStart(now + offset);
		const taken = this.#taken.has(start);
		return new OpenWindow(taken ? windowStart(now + offset + CLOCK_JUMP) : start, offset, true);
	}

	/** Whole ms, so that sums and differences of times are exact. */
	#now(): number {
		return Math.floor(this.#clock.monotonic());
	}

	#offset(): number {
		return Math.round(this.#clock.now() - this.#clock.monotonic());
	}
}
