/** Looks for a UUID, in every form that somebody could have written it in, in what a device has let out. */

/** The name of the form in which `uuid` stands in `text`, undefined if it does not. */
export function traceOf(uuid: string, text: string): string | undefined {
	const small = text.toLowerCase();
	for (const [name, form] of foldedForms(uuid)) if (small.includes(form)) return name;
	for (const [name, form] of exactForms(uuid)) if (text.includes(form)) return name;
	return undefined;
}

/** Forms in which upper and lower case mean the same. */
function foldedForms(uuid: string): [name: string, form: string][] {
	const plain = uuid.toLowerCase();
	const digits = plain.replaceAll("-", "");
	const hexOf = (text: string) => Buffer.from(text).toString("hex");
	return [
		["plain", plain],
		["without dashes", digits],
		["reversed", reversed(plain)],
		["reversed without dashes", reversed(digits)],
		["its bytes reversed", Buffer.from(digits, "hex").reverse().toString("hex")],
		["hex of its text", hexOf(uuid)],
		["hex of its lower-case text", hexOf(plain)],
		["hex of its reversed text", hexOf(reversed(uuid))],
		["bytes as a list of numbers", [...Buffer.from(uuid)].join(",")],
		["escaped", [...uuid].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`).join("")],
		["percent-encoded", [...uuid].map((c) => `%${c.charCodeAt(0).toString(16)}`).join("")],
	];
}

/** Forms in which each character counts; `text` holds a byte a character where raw bytes are looked for. */
function exactForms(uuid: string): [name: string, form: string][] {
	const bytes = Buffer.from(uuid.replaceAll("-", ""), "hex");
	const forms: [string, string][] = [["raw bytes", bytes.toString("latin1")]];
	// Somewhere within a longer text: base64 looks different at each of three offsets.
	for (const encoding of ["base64", "base64url"] as const)
		for (const [name, secret] of [
			["text", Buffer.from(uuid)],
			["bytes", bytes],
			["reversed text", Buffer.from(reversed(uuid))],
		] as const)
			for (const offset of [0, 1, 2]) {
				const encoded = Buffer.concat([Buffer.alloc(offset), secret]).toString(encoding);
				const whole = Math.floor(((offset + secret.length) * 8) / 6);
				forms.push([`${encoding} of its ${name}`, encoded.slice(offset === 0 ? 0 : offset + 1, whole)]);
			}
	return forms;
}

function reversed(text: string): string {
	return [...text].reverse().join("");
}
