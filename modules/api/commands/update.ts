import type { Trust } from "../../../hosts/host";
import type { Settings } from "../../settings";
import type { Update } from "../../update/update";
import type { Command } from "../command";
import { ApiError } from "../error";
import { Fields } from "../fields";
import { type CheckTrust, httpUrl, TRUST_FIELDS, trustOf } from "./endpoint-fields";

const NAME = "update";
const FIELDS = ["url", "daily", ...TRUST_FIELDS] as const;

export interface UpdateOrder {
	/** Where to look. */
	source: { url: string; trust: Trust };
	/** Whether to look there once a day from now on; undefined: as before. */
	daily: boolean | undefined;
}

/** `update`: fetches the update that a manifest describes. The answer tells that it has begun; `getSettings`, how it goes. */
export class UpdateFirmware implements Command<UpdateOrder> {
	static readonly names = [NAME, ...FIELDS];
	readonly #update: Update;
	readonly #network: CheckTrust;

	constructor(update: Update, network: CheckTrust) {
		this.#update = update;
		this.#network = network;
	}

	get name() {
		return NAME;
	}

	get where() {
		return "https" as const;
	}

	get scope() {
		return "m" as const;
	}

	validate(value: unknown): UpdateOrder {
		const fields = new Fields(NAME, value, FIELDS);
		const order = {
			source: { url: httpUrl(fields), trust: trustOf(fields, this.#network) },
			daily: fields.has("daily") ? fields.boolean("daily") : undefined,
		};
		const { impossible, busy } = this.#update;
		if (impossible !== undefined) throw new ApiError(409, "no-update", impossible);
		if (busy) throw new ApiError(409, "update-under-way", "an update is under way already");
		return order;
	}

	settings({ daily, source }: UpdateOrder): Partial<Settings> {
		return daily === undefined ? {} : { update: daily ? source : null };
	}

	/** Not only afterwards: what comes next finds it under way, and a factory reset beside it ends it. */
	perform({ source: { url, trust }, daily }: UpdateOrder): object {
		const update = this.#update;
		update.start(url, trust);
		if (daily) update.watch(url, trust);
		if (daily === false) update.unwatch();
		return { state: "checking", url };
	}
}
