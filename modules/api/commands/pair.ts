import type { WifiCredentials } from "../../../hosts/host";
import { uuidProblem } from "../../identity/uuid";
import type { Vault } from "../../identity/vault";
import { PASSPHRASE_MAX, PASSPHRASE_MIN, SSID_BYTES } from "../../limits";
import { flashError, type SettingsStore } from "../../settings";
import type { Command } from "../command";
import { ApiError } from "../error";
import { Fields } from "../fields";

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
	/** The answer is on its way: HTTPS may close, Wi-Fi may change. */
	onSent(wifi: WifiCredentials | undefined): void;
}

/** `pair`: takes the owner's UUID, once, on an unpaired device whose pairing window is open. */
export function pair({ vault, settings, isOpen, onPaired, onSent }: Pairing): Command<PairOrder> {
	return {
		where: "https",
		validate(value) {
			if (!isOpen()) throw new ApiError(409, "pairing-closed", "press the button to open pairing");
			const fields = new Fields("pair", value, ["uuid", "wifi"]);
			const uuid = fields.any("uuid");
			const problem = uuidProblem(uuid);
			if (problem) throw new ApiError(400, "weak-uuid", `pair.${problem}`);
			return {
				uuid: uuid as string,
				wifi: fields.has("wifi") ? wifiCredentials(fields.any("wifi")) : undefined,
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

function wifiCredentials(value: unknown): WifiCredentials {
	const fields = new Fields("pair.wifi", value, ["ssid", "password"]);
	const ssid = fields.text("ssid", 1, SSID_BYTES);
	const open = fields.any("password") === "";
	return { ssid, password: open ? "" : fields.text("password", PASSPHRASE_MIN, PASSPHRASE_MAX) };
}
