import { createHmac } from "node:crypto";
import { digest } from "../secrets/tokens";
import type { Services } from "../services";

/** What a sensor comes in with. Both are of the server's key, and can be shown again; the database has digests. */
export interface Access {
	/** With its points. */
	token: string;
	/** To the broker; the user is the sensor's id. */
	password: string;
}

/** The access of a sensor. A new generation ends that of the one before. */
export function accessOf(
	{ seal }: Pick<Services, "seal">,
	{ id, generation }: { id: string; generation: number },
): Access {
	const key = seal.derive("access of sensors");
	const secret = (what: string) =>
		createHmac("sha256", key).update(`${what} ${id} ${generation}`).digest("base64url");
	return { token: secret("points"), password: secret("broker") };
}

/** What the database has of a sensor's token. */
export function tokenDigestOf(services: Pick<Services, "seal">, sensor: { id: string; generation: number }) {
	return digest(accessOf(services, sensor).token);
}
