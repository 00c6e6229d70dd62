import { DEVICE_TYPE } from "../../common/device-type";
import type { Parts } from "../parts";
import { PRODUCT, VERSION } from "../version";

/** The body of `GET /`, which everyone may know. The first five keys are the protocol's, in its order. */
export function describeIdentity({ host, token, settings, vault, ports, wifi }: Parts): string {
	return JSON.stringify({
		type: PRODUCT,
		version: VERSION,
		udid: host.udid,
		deviceType: DEVICE_TYPE,
		token: token.value,
		auth: settings.value.auth.md5 ? ["md5", "hmac-sha256", "key"] : ["hmac-sha256", "key"],
		paired: vault.paired,
		// Where it can be paired.
		https: vault.paired ? undefined : ports.https.number,
		// How the set-up goes, for the phone that looks there.
		...(wifi?.settingUp && {
			wifi: wifi.state,
			address: wifi.state === "joined" ? host.network.address() : undefined,
		}),
	});
}
