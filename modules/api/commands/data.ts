import { describeData } from "../../sensing/data";
import type { Sampler } from "../../sensing/sampler";
import type { Command } from "../command";
import { noFields } from "../fields";

const NAME = "getData";

/** `getData`: the latest window and the event counters. */
export class GetData implements Command<void> {
	static readonly names = [NAME];
	readonly #sampler: Sampler;

	constructor(sampler: Sampler) {
		this.#sampler = sampler;
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
		return describeData(this.#sampler);
	}
}
