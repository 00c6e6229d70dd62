/** Where to go afterwards: a path of this server, whatever was asked for. */
export function nextOf(given: unknown): string {
	if (typeof given !== "string" || !given.startsWith("/")) return "/";
	// As a browser would read it: "//host", "/\host" and such lead elsewhere.
	const base = "https://here.invalid";
	if (!URL.canParse(given, base)) return "/";
	const { origin, pathname, search } = new URL(given, base);
	return origin === base && !pathname.startsWith("//") ? pathname + search : "/";
}
