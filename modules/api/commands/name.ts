import { DEVICE_NAME, DEVICE_NAME_BYTES } from "../../limits";
import type { Settings } from "../../settings";
import type { Command } from "../command";
import { Fields } from "../fields";

const SET = "setName";
const FIELDS = ["name"] as const;

/** `setName`: what the owner calls the device; null: nothing any more. */
export class SetName implements Command<string | null> {
	static readonly names = [SET, ...FIELDS];
	readonly #onChange: () => void;

	constructor(onChange: () => void) {
		this.#onChange = onChange;
	}

	get name() {
		return SET;
	}

	get where() {
		return "https" as const;
	}

	get scope() {
		return "m" as const;
	}

	validate(value: unknown): string | null {
		return value === null ? null : nameOf(new Fields(SET, value, FIELDS));
	}

	settings(name: string | null): Partial<Settings> {
		return { name };
	}

	perform(name: string | null): object {
		this.#onChange();
		return { name };
	}
}

/** 1 to DEVICE_NAME characters, of which one at least can be seen. */
export function nameOf(fields: Fields): string {
	const name = fields.any("name");
	const isText = typeof name === "string" && name.length <= DEVICE_NAME_BYTES && /\S/.test(name);
	if (!isText || [...name].length > DEVICE_NAME)
		throw fields.invalid("name", `a text of 1 to ${DEVICE_NAME} characters`);
	return fields.text("name", 1, DEVICE_NAME_BYTES);
}
