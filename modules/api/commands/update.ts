import type { Trust } from "../../../hosts/host";
import type { Settings } from "../../settings";
import type { Update } from "../../update/update";
import type { Command } from "../command";
import { ApiError } from "../error";
import { Fields } from "../fields";
import { type CheckTrust, httpUrl, TRUST_FIELDS, trustOf } from "./endpoint-fields";

export interface UpdateOrder {
	url: string;
	trust: Trust;
	/** Whether to look there once a day from now on; undefined: as before. */
	daily: boolean | undefined;
}

/** `update`: fetches the update that a manifest describes. The answer tells that it has begun; `getSettings`, how it goes. */
export function update(updates: Update, network: CheckTrust): Command<UpdateOrder> {
	return {
		where: "https",
		validate(value) {
			const fields = new Fields("update", value, ["url", "daily", ...TRUST_FIELDS]);
			const order = {
				url: httpUrl(fields),
				trust: trustOf(fields, network),
				daily: fields.has("daily") ? fields.boolean("daily") : undefined,
			};
			const { impossible } = updates;
			if (impossible !== undefined) throw new ApiError(409, "no-update", impossible);
			if (updates.busy) throw new ApiError(409, "update-under-way", "an update is under way already");
			return order;
		},
		settings: ({ daily, url, trust }): Partial<Settings> =>
			daily === undefined ? {} : { update: daily ? { url, trust } : null },
		/** Not only afterwards: what comes next finds it under way, and a factory reset beside it ends it. */
		perform({ url, trust, daily }) {
			updates.start(url, trust);
			if (daily) updates.watch(url, trust);
			if (daily === false) updates.unwatch();
			return { state: "checking", url };
		},
	};
}
