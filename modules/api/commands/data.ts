import { describeData } from "../../sensing/data";
import type { Sampler } from "../../sensing/sampler";
import type { Command } from "../command";
import { noFields } from "../fields";

/** `getData`: the latest window and the event counters. */
export function getData(sampler: Sampler): Command<unknown> {
	return {
		where: "any",
		validate: (value) => noFields("getData", value),
		perform: () => describeData(sampler),
	};
}
