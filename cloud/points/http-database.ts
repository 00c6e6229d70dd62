import type { Point } from "./point";

/** ms until a database has to have answered. */
const PATIENCE = 15_000;
/** Characters of its complaint that are told. */
const SHOWN = 200;

/** Where a database is, and how it knows us: the URL with user and password, or `:token`, of POINTS_URL. */
export class HttpDatabase {
	readonly #base: string;
	readonly #authorization: string | undefined;

	constructor(url: URL) {
		this.#base = url.origin + url.pathname.replace(/\/$/, "");
		const [user, password] = [url.username, url.password].map(decodeURIComponent) as [string, string];
		if (user) this.#authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
		else if (password) this.#authorization = `Token ${password}`;
	}

	/** Its answer's body. Rejects, without saying any secret, if it cannot be reached or does not answer with 2xx. */
	async ask(
		path: string,
		query: Record<string, string>,
		{ method = "GET", body }: RequestInit = {},
	): Promise<string> {
		const response = await fetch(`${this.#base}${path}?${new URLSearchParams(query)}`, {
			method,
			headers: this.#authorization ? { authorization: this.#authorization } : {},
			redirect: "error",
			signal: AbortSignal.timeout(PATIENCE),
			...(body !== undefined && { body }),
		});
		const text = await response.text();
		if (!response.ok)
			throw new Error(`the database of points answers ${response.status}: ${text.slice(0, SHOWN)}`);
		return text;
	}
}

/** Points in line protocol, kept under the sensor's id. Integers stay integers, as the firmware sends them. */
export function linesOf(sensor: string, points: readonly Point[]): string {
	return points
		.map(({ time, values }) => {
			const fields = Object.entries(values).map(
				([name, value]) => `${name}=${value}${name === "motionEvents" ? "i" : ""}`,
			);
			return `ambient16,sensor=${checked(sensor)} ${fields} ${time}`;
		})
		.join("\n");
}

/** An id, which is base64url: in no query language it ends a string. Throws an Error if it is none. */
export function checked(sensor: string): string {
	if (!/^[\w-]+$/.test(sensor)) throw new Error("no id of a sensor");
	return sensor;
}
