export interface Target {
	/** `host[:port]` of an absolute target. */
	readonly authority: string | undefined;
	readonly path: string;
}

/** Takes a request target apart (RFC 9112, 3.2); undefined if it is malformed or of another scheme than http. */
export function splitTarget(method: string, target: string): Target | undefined {
	if (target[0] === "/") return { authority: undefined, path: withoutQuery(target) };
	if (method === "CONNECT" || (method === "OPTIONS" && target === "*"))
		return { authority: undefined, path: target };
	const scheme = target.slice(0, 8).toLowerCase();
	const start = scheme.startsWith("http://") ? 7 : scheme === "https://" ? 8 : 0;
	const slash = target.indexOf("/", start);
	const url = withoutQuery(target);
	const end = slash < 0 || slash > url.length ? url.length : slash;
	if (start === 0 || end === start) return;
	return { authority: target.slice(start, end), path: url.slice(end) || "/" };
}

function withoutQuery(target: string): string {
	const query = target.indexOf("?");
	return query < 0 ? target : target.slice(0, query);
}
