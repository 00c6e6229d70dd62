import type { Host, Timer } from "../../hosts/host";
import { LIGHT_KEY } from "../flash-keys";
import { KEPT_ORDER_INTERVAL } from "../limits";
import { formatColor, parseColor } from "./color";
import { EFFECTS, type LightOrder } from "./light";

/**
 * The flash's copy of an order that holds until the next one, so that a power cut does not end it. It is written at most
 * once a minute, whoever plays with the light; a cut before that brings back the order of a minute ago.
 */
export class KeptOrder {
	readonly #host: Pick<Host, "flash" | "timers">;
	readonly #device: { onProblem(message: string): void };
	/** What the flash holds and what it is to hold, "" for none. */
	#kept: string;
	#wanted: string;
	/** While it is there, the last write is less than a minute ago. */
	#timer: Timer | undefined;

	constructor(host: Pick<Host, "flash" | "timers">, device: { onProblem(message: string): void }) {
		this.#host = host;
		this.#device = device;
		const bytes = host.flash.get(LIGHT_KEY);
		this.#kept = bytes ? new TextDecoder().decode(bytes) : "";
		this.#wanted = this.#kept;
	}

	/** The order of before the start; undefined if there is none, or none that can be read. */
	get value(): LightOrder | undefined {
		try {
			const { color: text, effect, intensity } = JSON.parse(this.#kept);
			const color = parseColor(text);
			const valid = color !== undefined && EFFECTS.includes(effect) && intensity >= 0 && intensity <= 100;
			return valid ? { color, effect, intensity, duration: null } : undefined;
		} catch {
			return undefined;
		}
	}

	/** Takes note of the order that is in force now. */
	follow(order: LightOrder | undefined): void {
		this.#wanted =
			order?.duration === null
				? JSON.stringify({ ...order, color: formatColor(order.color), duration: undefined })
				: "";
		if (this.#timer === undefined) this.#write();
	}

	/** Nothing is kept any more: the owner is forgotten, and the flash erased. */
	forget(): void {
		this.#kept = "";
		this.#wanted = "";
	}

	/** Writes what is still to be written. */
	close(): void {
		this.#write();
		this.#host.timers.clear(this.#timer);
	}

	#write(): void {
		if (this.#wanted === this.#kept) return;
		const { flash, timers } = this.#host;
		timers.clear(this.#timer);
		this.#timer = timers.once(() => {
			this.#timer = undefined;
			this.#write();
		}, KEPT_ORDER_INTERVAL);
		try {
			if (this.#wanted === "") flash.delete(LIGHT_KEY);
			else flash.set(LIGHT_KEY, new TextEncoder().encode(this.#wanted));
			this.#kept = this.#wanted;
		} catch {
			this.#device.onProblem("the light's order could not be written to the flash");
		}
	}
}
