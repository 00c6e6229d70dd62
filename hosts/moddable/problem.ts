/** What may be said of an exception: its kind and its place. Its message may quote what somebody sent. */
export function describe(error: unknown): string {
	if (!(error instanceof Error)) return "an exception that is no Error";
	const place = error.stack?.split("\n")[1]?.trim();
	return place ? `${error.name} ${place}` : error.name;
}
