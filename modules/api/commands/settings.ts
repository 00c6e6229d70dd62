import type { Settings } from "../../settings";
import type { Command } from "../command";
import { Fields, noFields } from "../fields";
import { describeInflux, describeMqtt } from "./cloud";

const GET = "getSettings";
const SET_AUTH = "setAuth";
const AUTH_FIELDS = ["md5"] as const;

/** `getSettings`: everything that is set, without what must stay secret, and how sending goes. */
export const getSettings: Command<void> = {
	name: GET,
	fields: [],
	where: "https",
	scope: "m",

	validate(value) {
		noFields(GET, value);
	},

	perform(_order, device) {
		const { auth, keys, name, wifi, sensors, influx, mqtt, update } = device.settings.value;
		const tried = device.wifi?.trial;
		const recalibration = device.recalibration.last;
		return {
			auth: { md5: auth.md5 },
			keys: { generation: keys.generation, revoked: keys.revoked, seen: device.authenticator.seen },
			name,
			wifi: wifi && { ssid: wifi.ssid, ...(tried && { tried }) },
			sensors: recalibration ? { ...sensors, recalibration } : sensors,
			influx: describeInflux(influx),
			mqtt: describeMqtt(mqtt),
			...device.cloud.status,
			update: { ...device.update.status, daily: update?.url ?? null },
		};
	},
};

/** `setAuth`: switches the MD5 secret off, or on again. */
export const setAuth: Command<Settings["auth"]> = {
	name: SET_AUTH,
	fields: AUTH_FIELDS,
	where: "https",
	scope: undefined,

	validate(value) {
		return { md5: new Fields(SET_AUTH, value, AUTH_FIELDS).boolean("md5") };
	},

	settings(auth) {
		return { auth };
	},

	perform(auth) {
		return auth;
	},
};
