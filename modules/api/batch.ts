import type { JsonObject } from "../json";
import type { Settings, SettingsStore } from "../settings";
import type { Client, Command } from "./command";

export interface Order {
	readonly command: Command;
	/** As the command has validated it. */
	readonly value: unknown;
}

/** All orders of one request, which are carried out together or not at all. */
export class Batch {
	readonly orders: readonly Order[];
	readonly #client: Client;
	readonly #settings: SettingsStore;

	constructor(orders: readonly Order[], client: Client, settings: SettingsStore) {
		this.orders = orders;
		this.#client = client;
		this.#settings = settings;
	}

	/**
	 * Prepares the orders from `at` on, one after the other. `done` is called once, at once or later: when all are, or
	 * with the error that ended it and undid the others.
	 */
	prepare(done: (error?: unknown) => void, at = 0): void {
		const { orders } = this;
		while (at < orders.length && !orders[at]!.command.prepare) at++;
		if (at === orders.length) {
			done();
			return;
		}
		const { command, value } = orders[at]!;
		command.prepare?.(value, (error) => {
			if (error === undefined) {
				this.prepare(done, at + 1);
				return;
			}
			this.#abandon(at);
			done(error);
		});
	}

	/**
	 * Writes and does all that was prepared, and puts the results into `answer` by their names. Throws, with nothing
	 * changed, if it cannot be written.
	 */
	perform(answer: JsonObject): void {
		const { orders } = this;
		let change: Partial<Settings> | undefined;
		for (let i = 0; i < orders.length; i++) {
			const { command, value } = orders[i]!;
			if (command.settings) change = { ...change, ...command.settings(value) };
		}
		try {
			if (change) this.#settings.change(change);
		} catch (error) {
			this.abandon();
			throw error;
		}
		for (let i = 0; i < orders.length; i++) {
			const { command, value } = orders[i]!;
			answer[command.name] = command.perform(value, this.#client);
		}
	}

	/** Undoes what was prepared. */
	abandon(): void {
		this.#abandon(this.orders.length);
	}

	/** Something waits until the answer is on its way. */
	get waits(): boolean {
		const { orders } = this;
		for (let i = 0; i < orders.length; i++) if (orders[i]!.command.afterwards) return true;
		return false;
	}

	/** Does what has waited. */
	finish(): void {
		for (const { command, value } of this.orders) command.afterwards?.(value);
	}

	#abandon(end: number): void {
		for (let i = 0; i < end; i++) this.orders[i]!.command.abandon?.();
	}
}
