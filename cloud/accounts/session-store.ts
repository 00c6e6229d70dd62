import type { SessionStore } from "@fastify/session";
import type { Session } from "fastify";
import { SESSION, SESSION_IDLE, VISIT, VISITS } from "../limits";
import { digest } from "../secrets/tokens";
import type { Services } from "../services";

declare module "fastify" {
	interface Session {
		/** Of the one who is signed in. */
		account?: string;
		/** When it was stored first; set here. */
		created?: number;
		/** When the password or a passkey was asked for last. */
		proved?: number;
		/** The browser, in words. */
		agent?: string;
		/** What a passkey is asked to sign. */
		challenge?: { value: string; made: number };
	}
}

/** Keeps sessions in the database, under the digest of what the cookie has: it gives nobody a cookie. */
export function sessionStore({ database, clock }: Services): SessionStore {
	return {
		get: (id, done) =>
			answer(done, async () => {
				const row = await database
					.selectFrom("sessions")
					.select(["data", "account", "created", "seen"])
					.where("id", "=", digest(id))
					.executeTakeFirst();
				return row && isAlive(row, clock()) ? (JSON.parse(row.data) as Session) : null;
			}),
		set: (id, session, done) =>
			answer(done, async () => {
				const seen = clock();
				const isNew = session.created === undefined;
				session.created ??= seen;
				const { cookie: _, ...rest } = session;
				const account = session.account ?? null;
				const data = JSON.stringify(rest);
				// One that was ended while it was answered stays ended.
				if (!isNew) {
					await database
						.updateTable("sessions")
						.set({ data, seen, account })
						.where("id", "=", digest(id))
						.execute();
					return;
				}
				await database
					.insertInto("sessions")
					.values({ id: digest(id), account, data, created: session.created, seen })
					.execute();
				if (account === null) await keepNewest(database, null, VISITS);
			}),
		destroy: (id, done) =>
			answer(done, async () => {
				await database.deleteFrom("sessions").where("id", "=", digest(id)).execute();
			}),
	};
}

/** Whether a session still counts. */
export function isAlive(
	{ account, created, seen }: { account: string | null; created: number; seen: number },
	now: number,
): boolean {
	return account === null ? now - seen < VISIT : now - seen < SESSION_IDLE && now - created < SESSION;
}

/** Whether the session whose cookie has this id is one in which this account is signed in. */
export async function isSignedIn(
	{ database, clock }: Services,
	id: string,
	account: string,
): Promise<boolean> {
	const row = await database
		.selectFrom("sessions")
		.select(["account", "created", "seen"])
		.where("id", "=", digest(id))
		.executeTakeFirst();
	return row?.account === account && isAlive(row, clock());
}

/** Erases sessions that have ended. */
export async function sweepSessions({ database, clock }: Services): Promise<void> {
	const now = clock();
	await database
		.deleteFrom("sessions")
		.where((row) =>
			row.or([
				row.and([row("account", "is", null), row("seen", "<=", now - VISIT)]),
				row("seen", "<=", now - SESSION_IDLE),
				row("created", "<=", now - SESSION),
			]),
		)
		.execute();
}

/** Keeps so many sessions of an account, or of those that nobody is signed in with (null): the ones seen last. */
export async function keepNewest(
	database: Services["database"],
	account: string | null,
	count: number,
): Promise<void> {
	const beyond = database
		.selectFrom("sessions")
		.select("id")
		.where("account", account === null ? "is" : "=", account)
		.orderBy("seen", "desc")
		.limit(Number.MAX_SAFE_INTEGER)
		.offset(count);
	await database.deleteFrom("sessions").where("id", "in", beyond).execute();
}

function answer<T>(done: (error: unknown, result?: T) => void, task: () => Promise<T>): void {
	task().then(
		(result) => done(null, result),
		(error) => done(error),
	);
}
