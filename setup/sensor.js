/**
 * @typedef {{ udid: string, token: string, paired: boolean, wifi?: string, address?: string }} Identity
 * @typedef {Identity & { status?: string, code?: string, message?: string,
 *   scanWifi?: { networks: { ssid: string, rssi: number, secure: boolean }[] } }} Answer
 */

/** ms for the sensor to answer. */
const PATIENCE = 15_000;

/** What the sensor answers: its identity, or to a command. @param {object} [body] @param {string} [authorization] @returns {Promise<Answer>} */
export async function ask(body, authorization) {
	const response = await fetch("/", {
		...(body && { method: "POST", body: JSON.stringify(body) }),
		...(authorization && { headers: { Authorization: authorization } }),
		cache: "no-store",
		signal: AbortSignal.timeout(PATIENCE),
	});
	return response.json();
}

/** @param {ArrayBuffer} bytes */
const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** The value of the Authorization field for a POST (docs/protocol.md). @param {string} token @param {string} uuid @param {string} body */
export async function sign(token, uuid, body) {
	const bytes = (/** @type {string} */ text) => new TextEncoder().encode(text);
	const nc = String(Date.now());
	const digest = hex(await crypto.subtle.digest("SHA-256", bytes(body)));
	const algorithm = { name: "HMAC", hash: "SHA-256" };
	const key = await crypto.subtle.importKey("raw", bytes(uuid), algorithm, false, ["sign"]);
	const mac = hex(await crypto.subtle.sign("HMAC", key, bytes(`${token}\n${nc}\nPOST\n/\n${digest}`)));
	return `Ambient16 token="${token}", nc="${nc}", mac="${mac}"`;
}
