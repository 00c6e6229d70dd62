/** Bytes of a header, and of type and class behind a name (RFC 1035, 4.1). */
const HEADER = 12;
const TYPE_AND_CLASS = 4;
/** Bytes of a query over UDP (RFC 1035, 2.3.4). */
const QUERY = 512;
const TYPE_A = 1;
const CLASS_IN = 1;
/** Response, authoritative; recursion desired is copied. */
const ANSWER_FLAGS = 0x84;
/** A name may not be looked up again for long after the phone has left the access point. */
const TTL = 0;

/**
 * The answer of an access point that has nothing but itself to offer: every name is `address` (four bytes). Asked for
 * anything but an A record it has none. Undefined for what is no question that a resolver asks.
 */
export function answerDns(query: Uint8Array, address: readonly number[]): Uint8Array | undefined {
	if (query.length < HEADER || query.length > QUERY) return;
	const [, , flags, , , questions, ...counts] = query.subarray(0, HEADER);
	// A standard query with one question and, but for EDNS (RFC 6891), nothing else.
	if (flags === undefined || flags & 0xf8 || query[4] !== 0 || questions !== 1) return;
	if (counts[0] || counts[1] || counts[2] || counts[3] || counts[4]) return;
	const end = endOfName(query);
	if (end === undefined || end + TYPE_AND_CLASS > query.length) return;
	const type = query[end]! * 256 + query[end + 1]!;
	const kind = query[end + 2]! * 256 + query[end + 3]!;
	const known = type === TYPE_A && kind === CLASS_IN;
	const question = query.subarray(0, end + TYPE_AND_CLASS);
	const answer = new Uint8Array(question.length + (known ? 16 : 0));
	answer.set(question);
	answer[2] = ANSWER_FLAGS | (flags & 1);
	answer[3] = 0;
	answer[7] = known ? 1 : 0;
	answer[11] = 0;
	// The name is the question's: a pointer to it (4.1.4).
	if (known)
		answer.set([0xc0, HEADER, 0, TYPE_A, 0, CLASS_IN, 0, 0, 0, TTL, 0, 4, ...address], question.length);
	return answer;
}

/** The byte behind the name of the only question; undefined if it is none. */
function endOfName(query: Uint8Array): number | undefined {
	for (let at = HEADER; at < query.length; ) {
		const length = query[at]!;
		if (length === 0) return at + 1;
		// Longer ones would be pointers, which a first name has nothing to point to.
		if (length > 63) return;
		at += 1 + length;
	}
	return;
}
