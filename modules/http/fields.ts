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
	contentType: string | undefined;
	authorization: string | undefined;
	origin: string | undefined;
	/** A field is there twice that must not be. */
	repeated: boolean;
	/** The names of all other fields, in one. */
	otherNames: string;
}

/**
 * Reads the fields from the lines after the first. Undefined if one of them has no name; the value of one that
 * goes on in a next line (RFC 9112, 5.2) leaves white space in `otherNames` or has no name.
 */
export function readFields(lines: string[]): Fields | undefined {
	let host: string | undefined;
	let length: string | undefined;
	let coding: string | undefined;
	let connection = "";
	let expectation: string | undefined;
	let contentType: string | undefined;
	let authorization: string | undefined;
	let origin: string | undefined;
	let repeated = false;
	let otherNames = "";
	for (let i = 1; i < lines.length; i++) {
		const line = lines[i]!;
		const colon = line.indexOf(":");
		if (colon <= 0) return;
		const name = line.slice(0, colon).toLowerCase();
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
				repeated ||= contentType !== undefined;
				contentType = fieldValue(line, colon);
				break;
			case "authorization":
				repeated ||= authorization !== undefined;
				authorization = fieldValue(line, colon);
				break;
			case "origin":
				repeated ||= origin !== undefined;
				origin = fieldValue(line, colon);
				break;
			default:
				otherNames += name;
		}
	}
	return {
		host,
		length,
		coding,
		connection,
		expectation,
		contentType,
		authorization,
		origin,
		repeated,
		otherNames,
	};
}

/** In a head without other white space, trim() takes off spaces and tabs alone (RFC 9110, 5.6.3). */
function fieldValue(line: string, colon: number): string {
	return line.slice(colon + 1).trim();
}

function append(list: string | undefined, value: string): string {
	return list === undefined ? value : `${list}, ${value}`;
}
