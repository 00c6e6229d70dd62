import { FIELD_KEPT } from "../limits";

/** Of those that are looked for: transfer-encoding. */
const LONGEST_NAME = 17;

/** The header fields that a server has to know; undefined if one is not there. */
export interface Fields {
	host: string | undefined;
	/** Content-Length. */
	length: string | undefined;
	/** Transfer-Encoding; several are joined by commas (RFC 9110, 5.3). */
	coding: string | undefined;
	/** All options of Connection in lower case, each followed by a comma. */
	connection: string;
	/** Expect; several are joined by commas. */
	expectation: string | undefined;
	authorization: string | undefined;
	origin: string | undefined;
	/** A field is there twice that must not be. */
	repeated: boolean;
}

/**
 * Reads the fields from the lines after the first. Undefined if the name of one is no token, which `notToken` finds; a
 * value that goes on in a next line (RFC 9112, 5.2) makes a name that begins with white space, or none.
 */
export function readFields(lines: string[], notToken: RegExp): Fields | undefined {
	let host: string | undefined;
	let length: string | undefined;
	let coding: string | undefined;
	let connection = "";
	let expectation: string | undefined;
	let typed = false;
	let authorization: string | undefined;
	let origin: string | undefined;
	let repeated = false;
	for (let i = 1; i < lines.length; i++) {
		const line = lines[i]!;
		const colon = line.indexOf(":");
		if (colon <= 0) return;
		let name = line.slice(0, colon);
		if (colon <= LONGEST_NAME) name = name.toLowerCase();
		switch (name) {
			case "host":
				repeated ||= host !== undefined;
				host = fieldValue(line, colon);
				break;
			case "content-length":
				repeated ||= length !== undefined;
				length = fieldValue(line, colon);
				break;
			case "transfer-encoding":
				coding = append(coding, fieldValue(line, colon));
				break;
			case "connection":
				connection += `${fieldValue(line, colon).toLowerCase()},`;
				break;
			case "expect":
				expectation = append(expectation, fieldValue(line, colon));
				break;
			case "content-type":
				repeated ||= typed;
				typed = true;
				break;
			case "authorization":
				repeated ||= authorization !== undefined;
				authorization = kept(fieldValue(line, colon));
				break;
			case "origin":
				repeated ||= origin !== undefined;
				origin = kept(fieldValue(line, colon));
				break;
			// Of what most clients send.
			case "user-agent":
			case "accept":
			case "accept-encoding":
			case "accept-language":
				break;
			default:
				if (notToken.test(name)) return;
		}
	}
	return {
		host,
		length,
		coding,
		connection,
		expectation,
		authorization,
		origin,
		repeated,
	};
}

/** In a head without other white space, trim() takes off spaces and tabs alone (RFC 9110, 5.6.3). */
function fieldValue(line: string, colon: number): string {
	return line.slice(colon + 1).trim();
}

/** Too long to be a right one, it is as good as none, but is not held while the body comes. */
function kept(value: string): string {
	return value.length > FIELD_KEPT ? "" : value;
}

function append(list: string | undefined, value: string): string {
	return list === undefined ? value : `${list}, ${value}`;
}
