import type { Command } from "../command";
import { noFields } from "../fields";

const NAME = "getStatus";

/** `getStatus`: how the device is. */
export class GetStatus implements Command<void> {
	static readonly names = [NAME];
	readonly #device: { status(): object };

	constructor(device: { status(): object }) {
		this.#device = device;
	}

	get name() {
		return NAME;
	}

	get where() {
		return "any" as const;
	}

	get scope() {
		return "r" as const;
	}

	validate(value: unknown): void {
		noFields(NAME, value);
	}

	perform(): object {
		return this.#device.status();
	}
}
