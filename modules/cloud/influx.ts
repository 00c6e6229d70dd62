import type { Endpoint, Host, Trust } from "../../hosts/host";
import { toBase64 } from "../bytes";
import { HTTP_SCHEMES, parseEndpoint } from "../net/endpoint";

/** Where points go: a database with user and password (InfluxDB 1.x), or a bucket with a token (2.x, 3.x). */
export interface InfluxSettings {
	url: string;
	database?: string;
	user?: string;
	password?: string;
	org?: string;
	bucket?: string;
	token?: string;
	trust: Trust;
}

export interface WriteRequest {
	endpoint: Endpoint;
	target: string;
	headers: Record<string, string>;
}

/** What a write to that database looks like; undefined if the URL is none. */
export function writeRequest(settings: InfluxSettings): WriteRequest | undefined {
	const endpoint = parseEndpoint(settings.url, HTTP_SCHEMES);
	if (!endpoint) return undefined;
	const base = endpoint.path.endsWith("/") ? endpoint.path.slice(0, -1) : endpoint.path;
	const headers: Record<string, string> = { "content-type": "text/plain; charset=utf-8" };
	const { bucket, org, token, database, user, password } = settings;
	if (bucket !== undefined) {
		if (token) headers.authorization = `Token ${token}`;
		const orgQuery = org ? `org=${encodeURIComponent(org)}&` : "";
		const target = `${base}/api/v2/write?${orgQuery}bucket=${encodeURIComponent(bucket)}&precision=s`;
		return { endpoint, target, headers };
	}
	if (user) headers.authorization = `Basic ${basicCredentials(user, password)}`;
	return { endpoint, target: `${base}/write?db=${encodeURIComponent(database ?? "")}&precision=s`, headers };
}

/** What is in such a request and is for the database alone, in every form in which it might be said again. */
export function secretsOf({ user, password, token }: InfluxSettings): string[] {
	const secrets: string[] = [];
	for (const secret of [password, token]) {
		if (!secret) continue;
		const quoted = JSON.stringify(secret);
		secrets.push(secret, quoted.slice(1, -1), encodeURIComponent(secret));
	}
	if (user) secrets.push(basicCredentials(user, password));
	return secrets;
}

function basicCredentials(user: string, password = ""): string {
	return toBase64(new TextEncoder().encode(`${user}:${password}`));
}

/** The wait that a Retry-After asks for, seconds or a date (RFC 9110, 10.2.3), in ms; 0 if there is none. */
export function retryAfter(value: string | undefined, clock: Host["clock"]): number {
	if (value === undefined) return 0;
	const text = value.trim();
	if (text !== "" && text.length < 10 && !/[^0-9]/.test(text)) return Number(text) * 1000;
	const date = Date.parse(text);
	return Number.isNaN(date) || !clock.synced ? 0 : Math.max(0, date - clock.now());
}
