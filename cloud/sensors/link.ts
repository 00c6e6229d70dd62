import { uuidOf } from "../accounts/uuid";
import { topicOf } from "../broker/topics";
import type { Services } from "../services";
import { accessOf } from "./access";
import type { Sensor } from "./sensors";

/** The page that a sensor without an owner shows in its own network (docs/hardware.md, A new sensor). */
const SETUP_PAGE = "https://192.168.4.1/setup";
/** What InfluxDB calls an organization and a bucket: here it is one. */
const BUCKET = "ambient16";

/** What a sensor is paired with: fields of `pair`, as docs/protocol.md has them. */
export async function pairingOf(services: Services, sensor: Sensor) {
	const { authority, broker, origin } = services;
	const { token, password } = accessOf(services, sensor);
	return {
		uuid: await uuidOf(services, sensor.account),
		name: sensor.name,
		mqtt: {
			url: broker.url,
			user: sensor.id,
			password,
			topic: topicOf(sensor.id),
			// What Home Assistant hears of belongs to a broker of the home.
			discovery: false,
			...(broker.ca !== undefined && { ca: broker.ca }),
		},
		influx: { url: origin, org: BUCKET, bucket: BUCKET, token, ca: authority.ca },
	};
}

/** The link to a new sensor's set-up page, with all that it is paired with in its fragment, which no browser sends. */
export async function linkOf(services: Services, sensor: Sensor): Promise<string> {
	const text = JSON.stringify(await pairingOf(services, sensor));
	// What needs no escape in a fragment (WHATWG URL) makes a QR code smaller.
	const fragment = encodeURIComponent(text).replace(/%(?:3A|2C|2F|2B|3D|40)/g, decodeURIComponent);
	return `${SETUP_PAGE}#${fragment}`;
}
