import type { JsonObject } from "../json";
import type { Parts } from "../parts";
import type { Settings } from "../settings";
import type { Client, Command } from "./command";

export interface Order {
	readonly command: Command;
	/** As the command has validated it. */
	readonly value: unknown;
}

/** All orders of one request, which are carried out together or not at all. */
export class Batch {
	readonly orders: readonly Order[];
	readonly #device: Parts;
	readonly #client: Client;

	constructor(orders: readonly Order[], device: Parts, client: Client) {
		this.orders = orders;
		this.#device = device;
		this.#client = client;
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
		command.prepare?.(value, this.#device, (error) => {
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
			if (change) this.#device.settings.change(change);
		} catch (error) {
			this.abandon();
			throw error;
		}
		for (let i = 0; i < orders.length; i++) {
			const { command, value } = orders[i]!;
			answer[command.name] = command.perform(value, this.#device, this.#client);
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
		for (const { command, value } of this.orders) command.afterwards?.(value, this.#device);
	}

	#abandon(end: number): void {
		for (let i = 0; i < end; i++) this.orders[i]!.command.abandon?.(this.#device);
	}
}
