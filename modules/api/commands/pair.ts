import type { WifiCredentials } from "../../../hosts/host";
import type { InfluxSettings } from "../../cloud/influx";
import type { MqttSettings } from "../../cloud/mqtt-events";
import { FlashError } from "../../flash-error";
import { nextGeneration } from "../../identity/generation";
import { uuidProblem } from "../../identity/uuid";
import { clearForOwner, welcomeOwner } from "../../owner";
import type { Command } from "../command";
import { ApiError } from "../error";
import { Fields } from "../fields";
import { influxSettings, mqttSettings } from "./cloud";
import { nameOf } from "./name";
import { pairingClosed, WIFI_FIELDS, wifiCredentials } from "./wifi";

const NAME = "pair";
const FIELDS = ["uuid", "wifi", "name", "influx", "mqtt"] as const;

interface PairOrder {
	uuid: string;
	wifi: WifiCredentials | undefined;
	/** What else is set at once; undefined: nothing. */
	name: string | undefined;
	influx: InfluxSettings | undefined;
	mqtt: MqttSettings | undefined;
}

/** `pair`: takes the owner's UUID, once, on an unpaired device whose pairing window is open. */
export const pair: Command<PairOrder> = {
	name: NAME,
	fields: [...FIELDS, ...WIFI_FIELDS],
	where: "https",
	scope: undefined,

	validate(value, { pairing, host }) {
		if (!pairing.isOpen) throw pairingClosed();
		const fields = new Fields(NAME, value, FIELDS);
		const uuid = fields.any("uuid");
		const problem = uuidProblem(uuid);
		if (problem) throw new ApiError(400, "weak-uuid", `pair.${problem}`);
		const { network } = host;
		const [influx, mqtt] = [fields.any("influx") ?? undefined, fields.any("mqtt") ?? undefined];
		return {
			uuid: uuid as string,
			name: fields.has("name") ? nameOf(fields) : undefined,
			influx: influx && influxSettings("pair.influx", influx, network),
			mqtt: mqtt && mqttSettings("pair.mqtt", mqtt, network),
			wifi: fields.has("wifi") ? wifiCredentials("pair.wifi", fields.any("wifi")) : undefined,
		};
	},

	prepare({ uuid, ...wishes }, device, done) {
		const { settings, vault, host } = device;
		try {
			clearForOwner(device);
			const keys = { generation: nextGeneration(host.flash), revoked: [] };
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
	},

	perform(_order, { token, host }) {
		token.renew();
		host.report?.({ event: "paired", paired: true });
		return { paired: true };
	},

	afterwards({ wifi }, device) {
		welcomeOwner(device, wifi);
	},
};
