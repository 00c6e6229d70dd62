import { isDeepStrictEqual } from "node:util";
import type { Machine } from "./machine";

/** What a flash holds of an owner, as far as the owner chooses it. */
export interface Stored {
	uuid: string;
	md5: boolean;
	generation: number;
	revoked: readonly string[];
	wifi: string | null;
	/** Of that network. */
	password: string | null;
	influx: string | null;
	mqtt: string | null;
	/** The broker's users may set the light. */
	mqttLight: boolean;
	update: string | null;
}

/** A change that was asked for; `apply` gives what is stored once it is made, `null` being a device without an owner. */
export interface Change {
	name: string;
	apply(stored: Stored | null): Stored | null;
	made: boolean;
	/** There was a moment, since it was asked for, at which it would have changed nothing. */
	idle: boolean;
	/** All that asked for the same when one of them was made, this one among them. */
	alike: readonly Change[];
}

export type Wish = Pick<Change, "name" | "apply">;

/** Holds what is stored to what was asked for: each change is made as a whole, once, and only if somebody asked for it. */
export class Ledger {
	/** What was stored when it was looked at last. */
	stored: Stored | null = null;
	/** ms: since when it is that network. */
	networkSince = 0;
	/** The highest generation of keys that there ever was. */
	lastGeneration = 0;
	/** There is no owner any more, and nothing of one. */
	onForgotten = (): void => {};
	readonly #machine: Machine;
	readonly #pending = new Set<Change>();
	#seen = -1;
	#resetting = false;

	constructor(machine: Machine) {
		this.#machine = machine;
	}

	ask({ name, apply }: Wish): Change {
		const change: Change = { name, apply, made: false, idle: false, alike: [] };
		this.#pending.add(change);
		this.#noteIdle();
		return change;
	}

	/** The device has answered, and nothing is under way any more. */
	answered(change: Change, status: number): void {
		this.#pending.delete(change);
		const { world, flash } = this.#machine;
		// Whose of them it was is known only now.
		const twin = change.alike.find((it) => it.made !== change.made);
		if (twin && change.made !== (status === 200)) {
			change.made = twin.made;
			twin.made = !twin.made;
		}
		if (status === 200) {
			if (!change.made && !change.idle && !flash.get("resetting"))
				world.violate(`${change.name} was answered with 200 and is not stored`);
		} else if (change.made) world.violate(`${change.name} was answered with ${status} and is stored`);
	}

	/** Nobody will ever know by an answer. */
	unanswered(change: Change, ms: number): void {
		this.#machine.world.schedule.after(ms, () => this.#pending.delete(change));
	}

	/** The memory of the device is gone, and with it what was under way. */
	restarted(): void {
		this.#seen = -1;
	}

	/** After everything that the device does. */
	check(): void {
		const { flash, world } = this.#machine;
		if (flash.changes === this.#seen) return;
		this.#seen = flash.changes;
		// From here on it is erased, whatever comes, and however long the flash refuses that.
		if (flash.contents.has("resetting")) {
			if (!this.#resetting && ![...this.#pending].some(({ name }) => name === "reset"))
				world.violate("nobody asked for the reset that has begun");
			this.#resetting = true;
			return;
		}
		const found = this.#read();
		if (this.#resetting && found === null) {
			this.stored = null;
			this.#noteIdle();
			this.onForgotten();
		}
		this.#resetting = false;
		if (found === undefined || isDeepStrictEqual(found, this.stored)) return;
		const alike = [...this.#pending].filter(
			({ made, name, apply }) => (!made || name === "reset") && isDeepStrictEqual(apply(this.stored), found),
		);
		const [change] = alike;
		if (change) {
			for (const it of alike) it.alike = alike;
			change.made = true;
			world.note(`stored: ${change.name}`);
			world.count(`stored: ${change.name}`);
			const { wifi, password } = this.stored ?? {};
			if (found?.wifi !== wifi || found?.password !== password) this.networkSince = world.now;
			this.stored = found;
			this.#noteIdle();
			if (!found) this.onForgotten();
			if (found) this.lastGeneration = Math.max(this.lastGeneration, found.generation);
			return;
		}
		world.violate(
			`nobody asked for what is stored: ${JSON.stringify(found)} after ${JSON.stringify(this.stored)}, pending ${[...this.#pending].map(({ name }) => name)}`,
		);
	}

	#noteIdle(): void {
		for (const change of this.#pending)
			if (!change.idle) change.idle = isDeepStrictEqual(change.apply(this.stored), this.stored);
	}

	/** Undefined: it cannot be read, which is told. */
	#read(): Stored | null | undefined {
		const { contents } = this.#machine.flash;
		const uuid = contents.get("uuid");
		if (!uuid) return null;
		const bytes = contents.get("settings");
		try {
			const settings = JSON.parse(Buffer.from(bytes ?? []).toString());
			return {
				uuid: Buffer.from(uuid).toString(),
				md5: settings.auth.md5,
				generation: settings.keys.generation,
				revoked: settings.keys.revoked,
				wifi: settings.wifi?.ssid ?? null,
				password: settings.wifi?.password ?? null,
				influx: settings.influx?.url ?? null,
				mqtt: settings.mqtt?.url ?? null,
				mqttLight: settings.mqtt?.light ?? false,
				update: settings.update?.url ?? null,
			};
		} catch {
			this.#machine.world.violate(`the settings are half: ${bytes && Buffer.from(bytes)}`);
			return undefined;
		}
	}
}
