import type { WifiCredentials } from "../../../hosts/host";
import { uuidProblem } from "../../identity/uuid";
import type { Vault } from "../../identity/vault";
import { flashError, type SettingsStore } from "../../settings";
import type { Command } from "../command";
import { ApiError } from "../error";
import { Fields } from "../fields";
import { pairingClosed, wifiCredentials } from "./wifi";

export interface PairOrder {
	uuid: string;
	wifi: WifiCredentials | undefined;
}

/** What the command needs of the device. */
export interface Pairing {
	vault: Vault;
	settings: SettingsStore;
	isOpen(): boolean;
	onPaired(): void;
	/** The answer is on its way: HTTPS may close, a network be joined. */
	onSent(wifi: WifiCredentials | undefined): void;
}

/** `pair`: takes the owner's UUID, once, on an unpaired device whose pairing window is open. */
export function pair({ vault, settings, isOpen, onPaired, onSent }: Pairing): Command<PairOrder> {
	return {
		where: "https",
		validate(value) {
			if (!isOpen()) throw pairingClosed();
			const fields = new Fields("pair", value, ["uuid", "wifi"]);
			const uuid = fields.any("uuid");
			const problem = uuidProblem(uuid);
			if (problem) throw new ApiError(400, "weak-uuid", `pair.${problem}`);
			return {
				uuid: uuid as string,
				wifi: fields.has("wifi") ? wifiCredentials("pair.wifi", fields.any("wifi")) : undefined,
			};
		},
		prepare({ uuid, wifi }, done) {
			try {
				// The UUID comes last: without it, the next start takes the settings for a pairing cut off.
				if (wifi) settings.change({ wifi });
				vault.store(uuid);
			} catch {
				settings.forget();
				done(flashError());
				return;
			}
			done();
		},
		perform() {
			onPaired();
			return { paired: true };
		},
		afterwards: ({ wifi }) => onSent(wifi),
	};
}
