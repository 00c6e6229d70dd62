import { UsageError } from "../node.js";
import type { Call } from "./call.js";
import { askSecret } from "./prompt.js";

const STATES = {
	joining: "is being tried",
	joined: "is joined",
	"wrong-password": "does not take this password",
	"not-found": "was not found",
	"no-address": "gave no address",
};

/** Which networks are in reach, which one the sensor is in, and another one for it. */
export async function wifi({ rest: [verb, ssid], owned, say }: Call): Promise<void> {
	if (verb === "scan" && ssid === undefined) {
		const sensor = await owned("scanWifi");
		const networks = await sensor.overHttps((secure) => secure.scanWifi());
		const lines = networks.map(
			({ ssid, rssi, secure }) =>
				`${`${rssi} dBm`.padStart(8)}  ${secure ? "password" : "open    "}  ${ssid}`,
		);
		say(lines.join("\n") || "no network was found", networks);
	} else if (verb === "set" && ssid !== undefined) {
		const sensor = await owned("setWifi");
		const password = await askSecret(`Password of ${ssid} (none for an open network): `);
		await sensor.overHttps((secure) => secure.setWifi({ ssid, password }));
		say(`it tries ${ssid} for up to a minute, and goes back if that does not work: ambient16 wifi status`, {
			ssid,
			state: "joining",
		});
	} else if (verb === "status" && ssid === undefined) {
		const { wifi } = await (await owned("getSettings")).overHttps((secure) => secure.settings());
		const tried = wifi?.tried ? `; ${wifi.tried.ssid} ${STATES[wifi.tried.state]}` : "";
		say(wifi ? `${wifi.ssid}${tried}` : "no Wi-Fi is set", wifi);
	} else throw new UsageError("wifi scan, wifi set NAME, or wifi status");
}
