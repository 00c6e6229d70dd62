import { FlashError } from "../../flash-error";
import type { Command } from "../command";
import { Fields, noFields } from "../fields";

const RESTART = "restart";
const RESET = "factoryReset";

/** `restart`: as a power cycle would. */
export class Restart implements Command<void> {
	static readonly names = [RESTART];
	readonly #restart: () => void;

	constructor(restart: () => void) {
		this.#restart = restart;
	}

	get name() {
		return RESTART;
	}

	get where() {
		return "https-or-signed" as const;
	}

	get scope() {
		return "m" as const;
	}

	validate(value: unknown): void {
		noFields(RESTART, value);
	}

	perform(): object {
		return { restarting: true };
	}

	afterwards(): void {
		this.#restart();
	}
}

/** What the command needs of the device. */
export interface Reset {
	/** Decides the reset: from here on a loss of power does not stop it. Throws if the flash fails. */
	begin(): void;
	/** Takes `begin` back. */
	abandon(): void;
	finish(): void;
}

/** `factoryReset`: forgets the owner and all that the owner has set. */
export class FactoryReset implements Command<void> {
	static readonly names = [RESET];
	readonly #reset: Reset;

	constructor(reset: Reset) {
		this.#reset = reset;
	}

	get name() {
		return RESET;
	}

	get where() {
		return "https-or-signed" as const;
	}

	get scope() {
		return undefined;
	}

	validate(value: unknown): void {
		// Some clients write null for every field that nobody has set, and this is not to be done by mistake.
		if (value === null) new Fields(RESET, value, []);
		noFields(RESET, value);
	}

	prepare(_order: undefined, done: (error?: unknown) => void): void {
		try {
			this.#reset.begin();
		} catch {
			done(new FlashError());
			return;
		}
		done();
	}

	abandon(): void {
		this.#reset.abandon();
	}

	perform(): object {
		return { resetting: true };
	}

	afterwards(): void {
		this.#reset.finish();
	}
}
