import type { CloudStatus } from "../../cloud/cloud";
import type { Settings, SettingsStore } from "../../settings";
import type { UpdateStatus } from "../../update/update";
import type { TrialResult } from "../../wifi/home-wifi";
import type { Command } from "../command";
import { Fields, noFields } from "../fields";
import { describeInflux, describeMqtt } from "./cloud";

/** `getSettings`: everything that is set, without what must stay secret, and how sending goes. */
export function getSettings(
	settings: SettingsStore,
	cloud: () => CloudStatus,
	update: () => UpdateStatus,
	trial: () => TrialResult | undefined,
): Command<unknown> {
	return {
		where: "https",
		validate: (value) => noFields("getSettings", value),
		perform: () => ({
			...describe(settings.value, trial()),
			...cloud(),
			update: { ...update(), daily: settings.value.update?.url ?? null },
		}),
	};
}

function describe({ auth, wifi, influx, mqtt }: Settings, trial: TrialResult | undefined): object {
	return {
		auth: { md5: auth.md5 },
		wifi: wifi && { ssid: wifi.ssid, ...(trial && { tried: trial }) },
		influx: describeInflux(influx),
		mqtt: describeMqtt(mqtt),
	};
}

/** `setAuth`: switches the MD5 secret off, or on again. */
export function setAuth(onChange: () => void): Command<Settings["auth"]> {
	return {
		where: "https",
		validate: (value) => ({ md5: new Fields("setAuth", value, ["md5"]).boolean("md5") }),
		settings: (auth) => ({ auth }),
		perform(auth) {
			onChange();
			return auth;
		},
	};
}
