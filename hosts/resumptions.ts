import type { Connect, Trust } from "./host";

/** Sessions of a database, a broker and an update server, and one more. */
const MOST = 4;

/** TLS sessions that are kept for resumption, one for a server, each under the very trust that it began with. */
export class Resumptions<Session> {
	readonly #kept = new Map<string, { session: Session; trust: Trust }>();

	/** Good for one connection: if it does not work, the next one is to begin anew. */
	take({ endpoint, trust }: Connect): Session | undefined {
		const server = serverOf(endpoint);
		const kept = this.#kept.get(server);
		this.#kept.delete(server);
		// Who is trusted now may not have been then: the owner may have changed the CA for a reason.
		return kept?.trust === trust ? kept.session : undefined;
	}

	keep({ endpoint, trust }: Connect, session: Session): void {
		this.#kept.set(serverOf(endpoint), { session, trust });
		if (this.#kept.size <= MOST) return;
		for (const oldest of this.#kept.keys()) {
			this.#kept.delete(oldest);
			return;
		}
	}
}

function serverOf({ host, port }: Connect["endpoint"]): string {
	return `${host}:${port}`;
}
