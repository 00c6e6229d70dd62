import { ERROR_SIGNAL_TIME, KEPT_ORDER_INTERVAL, RESET_HOLD, RESET_WARNING } from "../../modules/limits";
import { LATENESS } from "./clock";
import type { Machine } from "./machine";

/** ms for which an order may be under way. */
const UNDER_WAY = 60_000;
/** ms after which an order is in the flash. */
const WRITTEN = KEPT_ORDER_INTERVAL + LATENESS;
const SIGNALS: readonly string[] = ["reset", "error", "update", "pairing"];

const ANYTHING = { effect: undefined, end: Number.POSITIVE_INFINITY };

/** Near the moment of a change either will do, as timers may be late. */
function isEdge(passed: number, limit: number): boolean {
	return passed >= limit - 1 && passed <= limit + LATENESS;
}

/** What the light has to show, from what is known of the device, and what it shows. */
export class LightWatch {
	readonly #machine: Machine;
	#shown = "off";
	#problemAt = Number.NEGATIVE_INFINITY;
	#pressedAt = Number.POSITIVE_INFINITY;
	#updating = false;
	pairing = false;
	/** Colors that were sent and not carried out yet, each with its effect and ms; "off" for black. */
	#sent: { effect: string; duration: number; at: number }[] = [];
	/** What the owner has ordered; without an effect one of several, until then at the latest. */
	#order: { effect: string | undefined; end: number } | undefined;
	#orderedAt = 0;
	#unsureAt = Number.NEGATIVE_INFINITY;

	constructor(machine: Machine) {
		this.#machine = machine;
	}

	started(): void {
		this.#shown = "off";
		this.#problemAt = Number.NEGATIVE_INFINITY;
		this.#pressedAt = this.#machine.pressed ? this.#machine.world.now : Number.POSITIVE_INFINITY;
		this.#updating = this.pairing = false;
		this.#order = undefined;
	}

	shows(effect: string): void {
		this.#shown = effect;
		this.#machine.world.count(`light: ${effect}`);
	}

	problem(): void {
		this.#problemAt = this.#machine.world.now;
	}

	pressed(pressed: boolean): void {
		this.#pressedAt = pressed ? this.#machine.world.now : Number.POSITIVE_INFINITY;
	}

	update(state: string): void {
		this.#updating = state === "downloading" || state === "restarting";
	}

	/** `seconds`: null for an order that holds until the next one. */
	sent(effect: string, seconds: number | null): void {
		const { now } = this.#machine.world;
		this.#sent = this.#sent.filter(({ at }) => now - at < UNDER_WAY);
		const duration = seconds === null ? Number.POSITIVE_INFINITY : seconds * 1000;
		this.#sent.push({ effect, duration, at: now });
	}

	/** From now on somebody may have ordered anything; it may come after what is sent later. */
	unsure(): void {
		this.#unsureAt = this.#machine.world.now;
		this.#order = ANYTHING;
	}

	/** A device with an owner has started: what the flash has kept is in force again. */
	restored(): void {
		const kept = this.#kept;
		this.#orderedAt = this.#machine.world.now;
		if (kept === undefined) return;
		this.#order = { effect: kept, end: Number.POSITIVE_INFINITY };
		this.#machine.world.count("state: an order of the light is kept over a restart");
	}

	/** The effect of the order that the flash keeps. */
	get #kept(): string | undefined {
		const bytes = this.#machine.flash.contents.get("light");
		return bytes && JSON.parse(Buffer.from(bytes).toString()).effect;
	}

	/** An order without an end is in the flash after a minute, and no other is. */
	checkKept(): void {
		const { world, flash } = this.#machine;
		const order = this.#order;
		const since = Math.max(this.#orderedAt, flash.refusedAt, Math.min(order?.end ?? 0, world.now));
		if (order && order.effect === undefined) return;
		const isOff = !order || order.effect === "off" || order.end <= world.now;
		if (!isOff && order.end !== Number.POSITIVE_INFINITY) return;
		const expected = isOff ? undefined : order.effect;
		if (
			isOff ? world.now - since <= WRITTEN : world.now - Math.max(this.#orderedAt, flash.refusedAt) <= WRITTEN
		)
			return;
		if (this.#kept !== expected)
			world.violate(`the flash keeps the light's order ${this.#kept} in place of ${expected}`);
	}

	/** The device has carried out an order. */
	ordered(): void {
		const { now } = this.#machine.world;
		const [first] = this.#sent;
		if (!first) return;
		const isSure = this.#sent.length === 1;
		const longest = Math.max(...this.#sent.map(({ duration }) => duration), (this.#order?.end ?? now) - now);
		if (isSure) this.#sent = [];
		this.#orderedAt = now;
		if (now - this.#unsureAt < UNDER_WAY) this.#order = ANYTHING;
		else
			this.#order = {
				effect: isSure ? first.effect : undefined,
				end: now + (isSure ? first.duration : longest),
			};
	}

	/** The owner's order is forgotten with the owner. */
	forget(): void {
		this.#order = undefined;
	}

	check(): void {
		const { world, light } = this.#machine;
		const { now } = world;
		const error = now - this.#problemAt;
		const held = now - this.#pressedAt;
		if (isEdge(error, ERROR_SIGNAL_TIME) || isEdge(held, RESET_WARNING) || isEdge(held, RESET_HOLD)) return;
		const signal =
			held > RESET_WARNING && held < RESET_HOLD
				? "reset"
				: error < ERROR_SIGNAL_TIME
					? "error"
					: this.#updating
						? "update"
						: this.pairing
							? "pairing"
							: undefined;
		if (signal ? this.#shown !== signal : SIGNALS.includes(this.#shown))
			world.violate(`the light shows ${this.#shown} in place of ${signal ?? "off"}`);
		if (this.#shown === "off" && light !== "0,0,0") world.violate(`the light is off and shows ${light}`);
		if (signal) return;
		const order = this.#order;
		if (!order || order.effect === "off" || now > order.end + LATENESS) {
			if (this.#shown !== "off")
				world.violate(`the light shows ${this.#shown}, which is not ordered, or not any more`);
		} else if (order.effect !== undefined && now < order.end && this.#shown !== order.effect)
			world.violate(`the light shows ${this.#shown} in place of the ${order.effect} that was ordered`);
	}
}
