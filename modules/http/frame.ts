import { LEADING_EMPTY_LINES, REQUEST_LINE } from "../limits";
import { type Refusal, refuse } from "./errors";

const CR = 13;
const LF = 10;

/** How far a head that has not arrived whole has been searched. */
export interface Progress {
	readonly kind: "more";
	/** Where the request line begins, after empty lines. */
	readonly start: number;
	/** Where the header block begins; 0 as long as the request line is not whole. */
	readonly fields: number;
	/** Where to go on; equal to `start` as long as nothing of the request has arrived. */
	readonly searched: number;
}

/** Where a head lies: from its request line to the end of the empty line that ends it. */
export interface Frame {
	readonly kind: "frame";
	readonly start: number;
	readonly end: number;
}

/**
 * Finds the end of a head. The first byte that breaks a rule decides, so that the outcome does not depend on
 * how the bytes were split: empty lines and too long lines, and CR or LF alone (RFC 9112, 2.2).
 */
export function frame(
	bytes: Uint8Array,
	progress: Progress | undefined,
	most: number,
): Frame | Progress | Refusal {
	let start = progress ? progress.start : 0;
	let fields = progress ? progress.fields : 0;
	let searched = progress ? progress.searched : 0;
	const { length } = bytes;
	if (searched === start) {
		for (; bytes[start] === CR; start += 2) {
			if (start + 1 === length) return { kind: "more", start, fields, searched: start };
			if (bytes[start + 1] !== LF) return loneLineEnd();
			if (start === 2 * LEADING_EMPTY_LINES) return malformedRequestLine();
		}
		if (start === length) return { kind: "more", start, fields, searched: start };
		if (!isVisible(bytes[start]!)) return malformedRequestLine();
		searched = start;
	}
	for (;;) {
		const limit = Math.min(length, (fields === 0 ? start + REQUEST_LINE : fields + most) + 1);
		let stop = searched;
		// XS takes no longer for this loop than for one indexOf.
		while (stop < limit && bytes[stop] !== CR && bytes[stop] !== LF) stop++;
		const empty = bytes[stop - 1] === LF;
		if (fields === 0) {
			if (stop - start > REQUEST_LINE)
				return refuse(414, "request-line-too-long", `The request line is longer than ${REQUEST_LINE} bytes.`);
		} else if (!empty && stop + 2 - fields > most)
			return refuse(431, "header-too-large", `The header fields take more than ${most} bytes.`);
		if (stop === length) return { kind: "more", start, fields, searched: stop };
		if (bytes[stop] !== CR) return loneLineEnd();
		if (stop + 1 === length) return { kind: "more", start, fields, searched: stop };
		if (bytes[stop + 1] !== LF) return loneLineEnd();
		searched = stop + 2;
		if (empty) return { kind: "frame", start, end: searched };
		if (fields === 0) fields = searched;
	}
}

/** Whether such a byte may begin a method; a TLS handshake, for one, begins otherwise. */
function isVisible(byte: number): boolean {
	return byte > 32 && byte < 127;
}

function loneLineEnd(): Refusal {
	return refuse(400, "lone-line-end", "A carriage return or line feed stands alone.");
}

export function malformedRequestLine(): Refusal {
	return refuse(400, "malformed-request-line", "The request line is not of the form: METHOD target HTTP/1.1");
}
