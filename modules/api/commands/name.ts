import { DEVICE_NAME, DEVICE_NAME_BYTES } from "../../limits";
import type { Command } from "../command";
import { Fields } from "../fields";

const SET = "setName";
const FIELDS = ["name"] as const;

/** `setName`: what the owner calls the device; null: nothing any more. */
export const setName: Command<string | null> = {
	name: SET,
	fields: FIELDS,
	where: "https",
	scope: "m",

	validate(value) {
		return value === null ? null : nameOf(new Fields(SET, value, FIELDS));
	},

	settings(name) {
		return { name };
	},

	perform(name, { cloud, ports }) {
		cloud.events.rename();
		ports.announce();
		return { name };
	},
};

/** 1 to DEVICE_NAME characters, of which one at least can be seen. */
export function nameOf(fields: Fields): string {
	const name = fields.any("name");
	const isText = typeof name === "string" && name.length <= DEVICE_NAME_BYTES && /\S/.test(name);
	if (!isText || [...name].length > DEVICE_NAME)
		throw fields.invalid("name", `a text of 1 to ${DEVICE_NAME} characters`);
	return fields.text("name", 1, DEVICE_NAME_BYTES);
}
