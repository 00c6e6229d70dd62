import type { Clock, Led, Timer, Timers } from "../../hosts/host";
import { BLINK_HALF } from "../limits";
import { type Color, pack } from "./color";
import { beat, type Rhythm } from "./rhythm";
import { SIGNALS, type Signal } from "./signals";

export type Effect = "blink" | "solid" | "breathe";

/** What the owner wants to see. */
export interface LightOrder {
	color: Color;
	effect: Effect;
	/** Seconds, from now on. */
	duration: number;
	/** Percent, 0 to 100, of the color before gamma. */
	intensity: number;
}

export interface LightOptions {
	led: Led;
	timers: Timers;
	clock: Clock;
	/**
	 * Told of each change, in values before gamma: a blink each time it comes and goes, a breath once, at its
	 * peak. `effect` is the owner's effect, the name of a signal, or "off".
	 */
	onChange?(red: number, green: number, blue: number, effect: string): void;
}

/** Something that is lit from `start` to `end`, in ms of the monotonic clock. */
interface Scene {
	readonly effect: string;
	readonly color: Color;
	readonly rhythm: Rhythm;
	readonly start: number;
	readonly end: number;
}

const BLACK: Color = { red: 0, green: 0, blue: 0 };

const RHYTHMS: Readonly<Record<Effect, Rhythm>> = {
	blink: [BLINK_HALF, BLINK_HALF],
	solid: "steady",
	breathe: "breath",
};

/**
 * The RGB light: the owner's order, and over it the device's own signals, the most urgent in front. What is
 * hidden keeps its time. All follows from the monotonic clock, so that a late timer makes nothing last
 * longer, and a timer waits only while something is to change.
 */
export class Light {
	readonly #led: Led;
	readonly #timers: Timers;
	readonly #clock: Clock;
	readonly #onChange: LightOptions["onChange"];
	readonly #gamma: Uint8Array | undefined;
	readonly #signals: { [name in Signal]?: Scene } = {};
	#order: Scene | undefined;
	#timer: Timer | undefined;
	#closed = false;
	/** What the LED shows, packed; none before the first time, as an LED can keep its color over a restart. */
	#shown: number | undefined;
	#toldColor = 0;
	#toldEffect = "off";

	constructor({ led, timers, clock, onChange }: LightOptions) {
		this.#led = led;
		this.#timers = timers;
		this.#clock = clock;
		this.#onChange = onChange;
		this.#gamma = gammaTable(led.gamma);
		this.#render();
	}

	/** Carries out an order; the one before is forgotten. Black is dark at once. */
	show({ color, effect, duration, intensity }: LightOrder): void {
		const peak = scale(color, intensity / 100);
		const start = this.#clock.monotonic();
		this.#order = isBlack(peak)
			? undefined
			: { effect, color: peak, rhythm: RHYTHMS[effect], start, end: start + duration * 1000 };
		this.#render();
	}

	/** Begins a signal; one that is given already goes on. */
	signal(name: Signal): void {
		const start = this.#clock.monotonic();
		for (const { name: effect, color, rhythm } of SIGNALS)
			if (effect === name)
				this.#signals[name] ??= { effect, color, rhythm, start, end: Number.POSITIVE_INFINITY };
		this.#render();
	}

	endSignal(name: Signal): void {
		delete this.#signals[name];
		this.#render();
	}

	/** Ends the owner's order. Signals stay. */
	off(): void {
		this.#order = undefined;
		this.#render();
	}

	/** Goes dark for good. */
	close(): void {
		this.#closed = true;
		this.#render();
	}

	#render(): void {
		if (this.#timer !== undefined) this.#timers.clear(this.#timer);
		this.#timer = undefined;
		const now = this.#clock.monotonic();
		const scene = this.#front(now);
		if (!scene) {
			this.#paint(BLACK);
			this.#tell(BLACK, "off");
			return;
		}
		const { level, until } = beat(scene.rhythm, now - scene.start);
		const next = Math.min(scene.start + until, scene.end);
		if (next !== Number.POSITIVE_INFINITY)
			this.#timer = this.#timers.once(() => this.#render(), Math.ceil(next - now));
		const color = scale(scene.color, level);
		this.#paint(color);
		this.#tell(scene.rhythm === "breath" ? scene.color : color, scene.effect);
	}

	#front(now: number): Scene | undefined {
		if (this.#closed) return undefined;
		for (const { name } of SIGNALS) {
			const scene = this.#signals[name];
			if (scene) return scene;
		}
		if (this.#order && now >= this.#order.end) this.#order = undefined;
		return this.#order;
	}

	#paint({ red, green, blue }: Color): void {
		const gamma = this.#gamma;
		const [r, g, b] = gamma ? [gamma[red]!, gamma[green]!, gamma[blue]!] : [red, green, blue];
		const color = pack(r, g, b);
		if (color === this.#shown) return;
		try {
			this.#led.set(r, g, b);
			this.#shown = color;
		} catch {
			// Called from a timer. The next change tries again.
		}
	}

	#tell({ red, green, blue }: Color, effect: string): void {
		const color = pack(red, green, blue);
		if (color === this.#toldColor && effect === this.#toldEffect) return;
		this.#toldColor = color;
		this.#toldEffect = effect;
		try {
			this.#onChange?.(red, green, blue, effect);
		} catch {
			// Called from a timer. The light does not depend on who watches it.
		}
	}
}

function isBlack({ red, green, blue }: Color): boolean {
	return pack(red, green, blue) === 0;
}

function scale({ red, green, blue }: Color, factor: number): Color {
	return {
		red: Math.round(red * factor),
		green: Math.round(green * factor),
		blue: Math.round(blue * factor),
	};
}

/** From color value to LED value, rounded up: what is not black stays visible. None where they are the same. */
function gammaTable(gamma: number): Uint8Array | undefined {
	if (gamma === 1) return undefined;
	const table = new Uint8Array(256);
	for (let value = 0; value < 256; value++) table[value] = Math.ceil((value / 255) ** gamma * 255);
	return table;
}
