import type { Network, Trust } from "../../../hosts/host";
import { CA_BYTES, URL_BYTES } from "../../limits";
import { HTTP_SCHEMES, parseEndpoint } from "../../net/endpoint";
import { isHomeHost } from "../../net/home";
import type { Fields } from "../fields";

/** The fields that trustOf reads. */
export const TRUST_FIELDS = ["ca", "fingerprint"] as const;

/** The `url`, of http and https unless said otherwise, which may do without TLS only if it stays in the home. */
export function endpointUrl(
	fields: Fields,
	schemes: Readonly<Record<string, number>> = HTTP_SCHEMES,
): string {
	const url = fields.text("url", 1, URL_BYTES);
	const endpoint = parseEndpoint(url, schemes);
	const [plain, secure] = Object.keys(schemes) as [string, string];
	if (!endpoint)
		throw fields.invalid(
			"url",
			`${secure}://host, or in the home ${plain}://host, with a port and path if need be`,
		);
	if (!endpoint.secure && !isHomeHost(endpoint.host))
		throw fields.invalid("url", `${secure}://, as ${plain}:// is for addresses and names of the home only`);
	return url;
}

/** Whom to believe: `ca` or `fingerprint`, or neither. A `ca` is one that `network` can use. */
export function trustOf(fields: Fields, network: Network): Trust {
	if (fields.has("ca") && fields.has("fingerprint"))
		throw fields.invalid("ca", "left out where there is a fingerprint");
	if (fields.has("ca")) {
		const trust = { ca: fields.pem("ca", CA_BYTES) };
		const reason = network.checkTrust?.(trust);
		if (reason !== undefined) throw fields.invalid("ca", `an authority that can be used: ${reason}`);
		return trust;
	}
	if (!fields.has("fingerprint")) return {};
	const fingerprint = fields.text("fingerprint", 64, 95).replaceAll(":", "").toLowerCase();
	if (fingerprint.length !== 64 || /[^0-9a-f]/.test(fingerprint))
		throw fields.invalid("fingerprint", "the SHA-256 of a certificate in hex");
	return { fingerprint };
}
