import { HTTP_SCHEMES, parseEndpoint } from "../net/endpoint";
import { isHomeHost } from "../net/home";

/** What may be asked of `/`, for Allow (RFC 9110, 10.2.1). */
export const ALLOW = "Allow: GET, HEAD, OPTIONS, POST\r\n";

/** A browser asks before it lets a page send what a form could not (https://fetch.spec.whatwg.org/#cors-preflight-fetch). */
const PREFLIGHT =
	"Access-Control-Allow-Methods: GET, POST\r\nAccess-Control-Allow-Headers: authorization, content-type\r\n" +
	"Access-Control-Max-Age: 86400\r\n";

/**
 * The header lines that let a page read an answer, if it comes from the home: from a private, link-local or
 * loopback address, or a name that belongs there. Any other page gets none, so that not every site that is
 * looked at in the home learns which sensors there are.
 */
export function corsHeaders(origin: string | undefined, preflight = false): string {
	if (origin === undefined) return "";
	const endpoint = parseEndpoint(origin, HTTP_SCHEMES);
	if (endpoint?.path !== "" || !isHomeHost(endpoint.host)) return "";
	const allowed = `Access-Control-Allow-Origin: ${origin}\r\n`;
	return allowed + (preflight ? PREFLIGHT : "Access-Control-Expose-Headers: Retry-After\r\n");
}
