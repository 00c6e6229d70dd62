/**
 * What is wrong with a UUID as the shared secret, or undefined if nothing is.
 *
 * It must be RFC 9562 text of a kind that cannot be guessed: version 4 (122 random bits) or 7 (74). The others come
 * from a clock, a network address or a name. It may be in upper or lower case.
 */
export function uuidProblem(uuid: unknown): string | undefined {
	if (typeof uuid !== "string" || !isUuid(uuid)) return "uuid must be the text of a UUID (RFC 9562)";
	const version = uuid[14];
	if ((version !== "4" && version !== "7") || !"89abAB".includes(uuid[19]!))
		return "uuid must be a random one: version 4 or 7";
	const lower = uuid.toLowerCase();
	if (new Set(lower).size < WEAK_BELOW) return "uuid must be a random one: this one repeats itself";
	if (KNOWN.includes(lower)) return "uuid must be one of your own: everybody can read this one in a document";
	return undefined;
}

/** Different characters, the dash among them. A random UUID has fewer than 6 once in 10^15. */
const WEAK_BELOW = 6;

/** Of docs/protocol.md, and of RFC 9562, appendix A.3 and A.6. */
const KNOWN: readonly string[] = [
	"01234567-89ab-4def-8123-456789abcdef",
	"919108f7-52d1-4320-9bac-f847db4148a8",
	"017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
];

/** 8-4-4-4-12 hex digits. */
function isUuid(text: string): boolean {
	if (text.length !== 36 || /[^0-9A-Fa-f-]/.test(text)) return false;
	const groups = text.split("-");
	return groups.length === 5 && groups.every((group, i) => group.length === [8, 4, 4, 4, 12][i]);
}
