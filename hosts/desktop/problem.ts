/**
 * What may be said of an exception. Its message may quote what somebody sent (JSON.parse does), so only
 * that of a system error is given; of others the place in the code.
 */
export function describe(error: unknown): string {
	if (!(error instanceof Error)) return "an exception that is no Error";
	if (typeof (error as NodeJS.ErrnoException).errno === "number") return error.message;
	const place = /\n\s+at ([^\n]*)/.exec(error.stack ?? "")?.[1];
	return place ? `${error.name} at ${place}` : error.name;
}
