import type { Trust } from "../../../hosts/host";
import type { Command } from "../command";
import { ApiError } from "../error";
import { Fields } from "../fields";
import { endpointUrl, TRUST_FIELDS, trustOf } from "./endpoint-fields";

const NAME = "update";
const FIELDS = ["url", "daily", ...TRUST_FIELDS] as const;

interface UpdateOrder {
	/** Where to look. */
	source: { url: string; trust: Trust };
	/** Whether to look there once a day from now on; undefined: as before. */
	daily: boolean | undefined;
}

/** `update`: fetches the update that a manifest describes. The answer tells that it has begun; `getSettings`, how it goes. */
export const updateFirmware: Command<UpdateOrder> = {
	name: NAME,
	fields: FIELDS,
	where: "https",
	scope: "m",

	validate(value, { update, host }) {
		const fields = new Fields(NAME, value, FIELDS);
		const order = {
			source: { url: endpointUrl(fields), trust: trustOf(fields, host.network) },
			daily: fields.has("daily") ? fields.boolean("daily") : undefined,
		};
		const { impossible, busy } = update;
		if (impossible !== undefined) throw new ApiError(409, "no-update", impossible);
		if (busy) throw new ApiError(409, "update-under-way", "an update is under way already");
		return order;
	},

	settings({ daily, source }) {
		return daily === undefined ? {} : { update: daily ? source : null };
	},

	/** Not only afterwards: what comes next finds it under way, and a factory reset beside it ends it. */
	perform({ source: { url, trust }, daily }, { update }) {
		update.start(url, trust);
		if (daily) update.watch(url, trust);
		if (daily === false) update.unwatch();
		return { state: "checking", url };
	},
};
