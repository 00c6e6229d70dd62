import { describeStatus } from "../../status";
import type { Command } from "../command";
import { noFields } from "../fields";

const NAME = "getStatus";

/** `getStatus`: how the device is. */
export const getStatus: Command<void> = {
	name: NAME,
	fields: [],
	where: "any",
	scope: "r",

	validate(value) {
		noFields(NAME, value);
	},

	perform(_order, device) {
		return describeStatus(device);
	},
};
