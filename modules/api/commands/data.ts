import { describeData } from "../../sensing/data";
import type { Command } from "../command";
import { noFields } from "../fields";

const NAME = "getData";

/** `getData`: the latest window and the event counters. */
export const getData: Command<void> = {
	name: NAME,
	fields: [],
	where: "any",
	scope: "r",

	validate(value) {
		noFields(NAME, value);
	},

	perform(_order, { sampler }) {
		return describeData(sampler);
	},
};
