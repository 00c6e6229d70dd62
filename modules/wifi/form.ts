import { FORM_FIELDS } from "../limits";

/**
 * The fields of a form (application/x-www-form-urlencoded, https://url.spec.whatwg.org/); undefined if it is none, or has
 * more fields than any of ours. Of two fields of one name the first counts.
 */
export function readForm(body: Uint8Array): Readonly<Record<string, string>> | undefined {
	const form: Record<string, string> = Object.create(null);
	try {
		const pairs = new TextDecoder("utf-8", { fatal: true }).decode(body).split("&", FORM_FIELDS + 1);
		if (pairs.length > FORM_FIELDS) return undefined;
		for (const pair of pairs) {
			const at = pair.indexOf("=");
			if (at < 0) return undefined;
			const name = pair.slice(0, at);
			// XS keeps every name that it has seen: only those that are looked for become some.
			if (NAMES.includes(name)) form[name] ??= decodeURIComponent(pair.slice(at + 1).replaceAll("+", " "));
		}
	} catch {
		return undefined;
	}
	return form;
}

const NAMES: readonly string[] = ["ssid", "password", "uuid"];
