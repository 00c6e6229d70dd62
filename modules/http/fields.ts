import { type Refusal, refuse } from "./errors";

/** Of those that are looked for: transfer-encoding. */
const LONGEST_NAME = 17;
/** What a server has to know, or must be there once at most. */
const KNOWN: readonly string[] = [
	"host",
	"content-length",
	"content-type",
	"authorization",
	"connection",
	"origin",
	"transfer-encoding",
	"expect",
];
/** Of these, those whose values are lists, and may come in several lines (RFC 9110, 5.3). */
const LISTS: readonly string[] = ["connection", "transfer-encoding", "expect"];
/** What most clients send beside these. */
const USUAL: readonly string[] = ["user-agent", "accept", "accept-encoding", "accept-language"];

/** The values of the header fields that are known and there; those of a list are joined by commas. */
export type Fields = { readonly kind: "fields"; [name: string]: string | undefined };

/**
 * Reads the fields from the lines after the first. `notToken` finds what is in no name; a value that goes on in a next
 * line (RFC 9112, 5.2) makes a name that begins with white space, or none.
 */
export function readFields(lines: readonly string[], notToken: RegExp): Fields | Refusal {
	const fields: Fields = { kind: "fields" };
	let repeated = false;
	for (let i = 1; i < lines.length; i++) {
		const line = lines[i]!;
		const colon = line.indexOf(":");
		let name = colon > 0 ? line.slice(0, colon) : "";
		if (colon <= LONGEST_NAME) name = name.toLowerCase();
		if (KNOWN.includes(name)) {
			// In a head without other white space, trim() takes off spaces and tabs alone (RFC 9110, 5.6.3).
			const value = line.slice(colon + 1).trim();
			const before = fields[name];
			repeated ||= before !== undefined && !LISTS.includes(name);
			fields[name] = before === undefined ? value : `${before}, ${value}`;
		} else if (name === "" || (!USUAL.includes(name) && notToken.test(name)))
			return refuse(400, "malformed-header", "A header field is not of the form: Name: value");
	}
	if (repeated) return refuse(400, "repeated-header", "A header field that is allowed once is there twice.");
	return fields;
}
