import type { Authenticator } from "../../auth/authenticator";
import type { Cloud } from "../../cloud/cloud";
import type { Settings, SettingsStore } from "../../settings";
import type { Update } from "../../update/update";
import type { HomeWifi } from "../../wifi/home-wifi";
import type { Command } from "../command";
import { Fields, noFields } from "../fields";
import { describeInflux, describeMqtt } from "./cloud";
import type { SetSensors } from "./sensors";

const GET = "getSettings";
const SET_AUTH = "setAuth";
const AUTH_FIELDS = ["md5"] as const;

/** `getSettings`: everything that is set, without what must stay secret, and how sending goes. */
export class GetSettings implements Command<void> {
	static readonly names = [GET];
	readonly #settings: SettingsStore;
	readonly #cloud: Pick<Cloud, "status">;
	readonly #update: Pick<Update, "status">;
	readonly #wifi: Pick<HomeWifi, "trial"> | undefined;
	readonly #authenticator: Pick<Authenticator, "seen">;
	readonly #sensors: Pick<SetSensors, "recalibration">;

	constructor(
		settings: SettingsStore,
		authenticator: Pick<Authenticator, "seen">,
		cloud: Pick<Cloud, "status">,
		update: Pick<Update, "status">,
		wifi: Pick<HomeWifi, "trial"> | undefined,
		sensors: Pick<SetSensors, "recalibration">,
	) {
		this.#settings = settings;
		this.#authenticator = authenticator;
		this.#cloud = cloud;
		this.#update = update;
		this.#wifi = wifi;
		this.#sensors = sensors;
	}

	get name() {
		return GET;
	}

	get where() {
		return "https" as const;
	}

	get scope() {
		return "m" as const;
	}

	validate(value: unknown): void {
		noFields(GET, value);
	}

	perform(): object {
		const { auth, keys, name, wifi, sensors, influx, mqtt, update } = this.#settings.value;
		const tried = this.#wifi?.trial;
		const { recalibration } = this.#sensors;
		return {
			auth: { md5: auth.md5 },
			keys: { generation: keys.generation, revoked: keys.revoked, seen: this.#authenticator.seen },
			name,
			wifi: wifi && { ssid: wifi.ssid, ...(tried && { tried }) },
			sensors: recalibration ? { ...sensors, recalibration } : sensors,
			influx: describeInflux(influx),
			mqtt: describeMqtt(mqtt),
			...this.#cloud.status,
			update: { ...this.#update.status, daily: update?.url ?? null },
		};
	}
}

/** `setAuth`: switches the MD5 secret off, or on again. */
export class SetAuth implements Command<Settings["auth"]> {
	static readonly names = [SET_AUTH, ...AUTH_FIELDS];

	get name() {
		return SET_AUTH;
	}

	get where() {
		return "https" as const;
	}

	get scope() {
		return undefined;
	}

	validate(value: unknown): Settings["auth"] {
		return { md5: new Fields(SET_AUTH, value, AUTH_FIELDS).boolean("md5") };
	}

	settings(auth: Settings["auth"]): Partial<Settings> {
		return { auth };
	}

	perform(auth: Settings["auth"]): object {
		return auth;
	}
}
