import { HTTP_SCHEMES, parseEndpoint } from "../net/endpoint";
import { isHomeHost } from "../net/home";

/** What may be asked of `/`, for Allow (RFC 9110, 10.2.1). */
export const ALLOW = "Allow: GET, HEAD, OPTIONS, POST\r\n";

/** A browser asks before it lets a page send what a form could not (https://fetch.spec.whatwg.org/#cors-preflight-fetch). */
const PREFLIGHT =
	"Access-Control-Allow-Methods: GET, POST\r\nAccess-Control-Allow-Headers: authorization, content-type\r\n" +
	"Access-Control-Max-Age: 86400\r\n";

/**
 * Whether a page may use the device, by the `Origin` that its browser sends (RFC 6454): one of the home, served from an
 * address or a name that belongs there. `null`, as of a file or a sandbox, and what is malformed, is from elsewhere.
 */
export function isHomeOrigin(origin: string): boolean {
	const endpoint = parseEndpoint(origin, HTTP_SCHEMES);
	return endpoint?.path === "" && isHomeHost(endpoint.host);
}

/** The header lines that let a page of the home read an answer. Any other page gets none. */
export function corsHeaders(origin: string, preflight: boolean): string {
	if (!isHomeOrigin(origin)) return "";
	const allowed = `Access-Control-Allow-Origin: ${origin}\r\n`;
	return allowed + (preflight ? PREFLIGHT : "Access-Control-Expose-Headers: Retry-After\r\n");
}
