import type { Flash, WifiCredentials } from "../../../hosts/host";
import type { InfluxSettings } from "../../cloud/influx";
import type { MqttSettings } from "../../cloud/mqtt-events";
import { FlashError } from "../../flash-error";
import { nextGeneration } from "../../identity/generation";
import { uuidProblem } from "../../identity/uuid";
import type { Vault } from "../../identity/vault";
import type { SettingsStore } from "../../settings";
import type { Command } from "../command";
import { ApiError } from "../error";
import { Fields } from "../fields";
import { influxSettings, mqttSettings } from "./cloud";
import type { CheckTrust } from "./endpoint-fields";
import { nameOf } from "./name";
import { pairingClosed, WIFI_FIELDS, wifiCredentials } from "./wifi";

const NAME = "pair";
const FIELDS = ["uuid", "wifi", "name", "influx", "mqtt"] as const;

export interface PairOrder {
	uuid: string;
	wifi: WifiCredentials | undefined;
	/** What else is set at once; undefined: nothing. */
	name: string | undefined;
	influx: InfluxSettings | undefined;
	mqtt: MqttSettings | undefined;
}

/** What the command needs of the device. */
export interface Pairing {
	vault: Vault;
	settings: SettingsStore;
	flash: Flash;
	network: CheckTrust;
	isOpen(): boolean;
	/** Makes the flash ready for an owner. Throws if it fails. */
	begin(): void;
	onPaired(): void;
	/** The answer is on its way: HTTPS may close, a network be joined. */
	onSent(wifi: WifiCredentials | undefined): void;
}

/** `pair`: takes the owner's UUID, once, on an unpaired device whose pairing window is open. */
export class Pair implements Command<PairOrder> {
	static readonly names = [NAME, ...FIELDS, ...WIFI_FIELDS];
	readonly #pairing: Pairing;

	constructor(pairing: Pairing) {
		this.#pairing = pairing;
	}

	get name() {
		return NAME;
	}

	get where() {
		return "https" as const;
	}

	get scope() {
		return undefined;
	}

	validate(value: unknown): PairOrder {
		if (!this.#pairing.isOpen()) throw pairingClosed();
		const fields = new Fields(NAME, value, FIELDS);
		const uuid = fields.any("uuid");
		const problem = uuidProblem(uuid);
		if (problem) throw new ApiError(400, "weak-uuid", `pair.${problem}`);
		const { network } = this.#pairing;
		const [influx, mqtt] = [fields.any("influx") ?? undefined, fields.any("mqtt") ?? undefined];
		return {
			uuid: uuid as string,
			name: fields.has("name") ? nameOf(fields) : undefined,
			influx: influx && influxSettings("pair.influx", influx, network),
			mqtt: mqtt && mqttSettings("pair.mqtt", mqtt, network),
			wifi: fields.has("wifi") ? wifiCredentials("pair.wifi", fields.any("wifi")) : undefined,
		};
	}

	prepare({ uuid, ...wishes }: PairOrder, done: (error?: unknown) => void): void {
		const { settings, vault, flash } = this.#pairing;
		try {
			this.#pairing.begin();
			const keys = { generation: nextGeneration(flash), revoked: [] };
			// The UUID comes last: without it, the next start takes the settings for a pairing cut off.
			const { wifi = null, name = null, influx = null, mqtt = null } = wishes;
			settings.change({ keys, wifi: wifi ?? settings.value.wifi, name, influx, mqtt });
			vault.store(uuid);
		} catch {
			settings.forget();
			done(new FlashError());
			return;
		}
		done();
	}

	perform(): object {
		this.#pairing.onPaired();
		return { paired: true };
	}

	afterwards({ wifi }: PairOrder): void {
		this.#pairing.onSent(wifi);
	}
}
