import type { Host, Timer } from "../../hosts/host";
import { BLINK_HALF } from "../limits";
import { type Color, scale } from "./color";
import { beat, type Rhythm } from "./rhythm";
import { SIGNALS, type Signal } from "./signals";

/** The first is the usual one. */
export const EFFECTS = ["blink", "solid", "breathe"] as const;

export type Effect = (typeof EFFECTS)[number];

/** What the owner wants to see. */
export interface LightOrder {
	color: Color;
	effect: Effect;
	/** Seconds, from now on; null: until the next order. */
	duration: number | null;
	/** Percent, 0 to 100, of the color before gamma. */
	intensity: number;
}

type LightHost = Pick<Host, "led" | "timers" | "clock" | "report">;

export interface LightDevice {
	/** Told of the owner's order when it is another one than before; undefined: none is in force, and it is dark. */
	onOrder(order: LightOrder | undefined): void;
}

/** Something that is lit from `start` to `end`, in ms of the monotonic clock. */
interface Scene {
	readonly effect: string;
	readonly color: Color;
	readonly rhythm: Rhythm;
	readonly start: number;
	readonly end: number;
}

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
	readonly #host: LightHost;
	readonly #device: LightDevice;
	readonly #gamma: Uint8Array | undefined;
	readonly #signals: { [name in Signal]?: Scene } = {};
	/** How many there are. */
	#signaled = 0;
	#order: Scene | undefined;
	/** As it was given. */
	#given: LightOrder | undefined;
	#timer: Timer | undefined;
	/** When it comes; Infinity if there is none. */
	#due = Number.POSITIVE_INFINITY;
	#closed = false;
	/** What the LED shows, before and after gamma; -1 before the first time, as it can keep its color over a restart. */
	#painted: Color = -1;
	#shown = -1;
	#toldColor: Color = 0;
	#toldEffect = "off";

	constructor(host: LightHost, device: LightDevice) {
		this.#host = host;
		this.#device = device;
		this.#gamma = gammaTable(host.led.gamma);
		this.#render();
	}

	/** Carries out an order; the one before is forgotten. Black is dark at once. */
	show(order: LightOrder): void {
		const { effect, duration } = order;
		const color = scale(order.color, order.intensity / 100);
		const start = this.#host.clock.monotonic();
		const end = duration === null ? Number.POSITIVE_INFINITY : start + duration * 1000;
		this.#order = color === 0 ? undefined : { effect, color, rhythm: RHYTHMS[effect], start, end };
		this.#render(start);
		this.#given = this.#order && order;
		this.#device.onOrder(this.#given);
	}

	/** The owner's order that is in force; undefined: none, and it is dark. */
	get order(): LightOrder | undefined {
		return this.#given;
	}

	/** Begins a signal; one that is given already goes on. */
	signal(name: Signal): void {
		if (this.#signals[name]) return;
		const start = this.#host.clock.monotonic();
		for (const { name: effect, color, rhythm } of SIGNALS)
			if (effect === name)
				this.#signals[name] = { effect, color, rhythm, start, end: Number.POSITIVE_INFINITY };
		this.#signaled++;
		this.#render();
	}

	endSignal(name: Signal): void {
		if (!this.#signals[name]) return;
		delete this.#signals[name];
		this.#signaled--;
		this.#render();
	}

	/** Ends the owner's order. Signals stay. */
	off(): void {
		this.#end();
		this.#render();
	}

	/** Goes dark for good. */
	close(): void {
		this.#closed = true;
		this.#render();
	}

	#render(now = this.#host.clock.monotonic()): void {
		const scene = this.#front(now);
		if (!scene) {
			this.#wait(now, Number.POSITIVE_INFINITY);
			if (this.#painted !== 0) this.#paint(0);
			if (this.#toldEffect !== "off") this.#tell(0, "off");
			return;
		}
		const { level, until } = beat(scene.rhythm, now - scene.start);
		let next = scene.start + until;
		if (next > scene.end) next = scene.end;
		this.#wait(now, next);
		const color = scale(scene.color, level);
		if (color !== this.#painted) this.#paint(color);
		const told = scene.rhythm === "breath" ? scene.color : color;
		if (told !== this.#toldColor || scene.effect !== this.#toldEffect) this.#tell(told, scene.effect);
	}

	#end(): void {
		if (!this.#order) return;
		this.#order = undefined;
		this.#given = undefined;
		this.#device.onOrder(undefined);
	}

	#front(now: number): Scene | undefined {
		if (this.#closed) return undefined;
		if (this.#order && now >= this.#order.end) this.#end();
		return this.#signaled > 0 ? this.#mostUrgent() : this.#order;
	}

	#mostUrgent(): Scene | undefined {
		for (const { name } of SIGNALS) {
			const scene = this.#signals[name];
			if (scene) return scene;
		}
		return undefined;
	}

	/** Renders again at `until`. A timer that comes before that is left to come: it does this once more. */
	#wait(now: number, until: number): void {
		if (this.#due <= until && until < Number.POSITIVE_INFINITY) return;
		if (this.#timer !== undefined) this.#host.timers.clear(this.#timer);
		this.#timer = undefined;
		this.#due = Number.POSITIVE_INFINITY;
		if (until < Number.POSITIVE_INFINITY) this.#sleep(now, until);
	}

	#sleep(now: number, until: number): void {
		this.#due = until;
		this.#timer = this.#host.timers.once(
			() => {
				this.#timer = undefined;
				this.#due = Number.POSITIVE_INFINITY;
				this.#render();
			},
			Math.ceil(until - now),
		);
	}

	#paint(color: Color): void {
		const gamma = this.#gamma;
		let red = color >> 16;
		let green = (color >> 8) & 0xff;
		let blue = color & 0xff;
		if (gamma) {
			red = gamma[red]!;
			green = gamma[green]!;
			blue = gamma[blue]!;
		}
		const shown = (red << 16) | (green << 8) | blue;
		try {
			if (shown !== this.#shown) this.#host.led.set(red, green, blue);
			this.#shown = shown;
			this.#painted = color;
		} catch {
			// Called from a timer. The next change tries again.
		}
	}

	/**
	 * Reports each change, in values before gamma: a blink each time it comes and goes, a breath once, at its peak.
	 * `effect` is the owner's effect, the name of a signal, or "off".
	 */
	#tell(color: Color, effect: string): void {
		this.#toldColor = color;
		this.#toldEffect = effect;
		try {
			this.#host.report?.({
				event: "led",
				red: color >> 16,
				green: (color >> 8) & 0xff,
				blue: color & 0xff,
				effect,
			});
		} catch {
			// Called from a timer. The light does not depend on who watches it.
		}
	}
}

/** From color value to LED value, rounded up: what is not black stays visible. None where they are the same. */
function gammaTable(gamma: number): Uint8Array | undefined {
	if (gamma === 1) return undefined;
	const table = new Uint8Array(256);
	for (let value = 0; value < 256; value++) table[value] = Math.ceil((value / 255) ** gamma * 255);
	return table;
}
