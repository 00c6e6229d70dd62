/**
 * What is wrong with a UUID as the shared secret, or undefined if nothing is.
 *
 * It must be RFC 9562 text of a kind that cannot be guessed: version 4 (122 random bits) or 7 (74). The
 * others come from a clock, a network address or a name. Upper and lower case are both UUIDs, but the text
 * is hashed as it is given, so the owner has to keep the spelling.
 */
export function uuidProblem(uuid: unknown): string | undefined {
	if (typeof uuid !== "string" || !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(uuid))
		return "uuid must be the text of a UUID (RFC 9562)";
	const version = uuid[14];
	if ((version !== "4" && version !== "7") || !"89abAB".includes(uuid[19] as string))
		return "uuid must be a random one: version 4 or 7";
	if (new Set(uuid.toLowerCase()).size < WEAK_BELOW)
		return "uuid must be a random one: this one repeats itself";
	return undefined;
}

/** Different characters, the dash among them. A random UUID has fewer than 6 once in 10^15. */
const WEAK_BELOW = 6;
