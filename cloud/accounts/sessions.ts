import { createHash } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { SESSIONS } from "../limits";
import { digest } from "../secrets/tokens";
import type { Services } from "../services";
import { isAlive, keepNewest } from "./session-store";
import type { Account } from "./who";

/** A browser in which somebody is signed in. */
export interface SignedIn {
	/** By which it is ended; it opens nothing. */
	id: string;
	/** As `describeAgent` has it. */
	agent: string;
	created: number;
	seen: number;
	/** The one that asks. */
	isThis: boolean;
}

/** Begins a session under a new cookie, so that nobody knows it from before. The proof counts from now. */
export async function signIn(
	{ database, clock, known }: Services,
	request: FastifyRequest,
	reply: FastifyReply,
	{ id, name }: Account,
): Promise<void> {
	await request.session.regenerate();
	const { session } = request;
	session.account = id;
	session.proved = clock();
	session.agent = describeAgent(request.headers["user-agent"] ?? "");
	await session.save();
	known.remember(request, reply, id);
	// The page that answers is already theirs.
	request.account = { id, name };
	request.log.info({ account: id }, "signed in");
	await keepNewest(database, id, SESSIONS);
}

/** Ends the session, and has the browser forget what it has of the pages. */
export async function signOut(request: FastifyRequest, reply: FastifyReply): Promise<void> {
	await request.session.destroy();
	reply.header("clear-site-data", '"cache", "storage"');
}

/** The sessions of an account, that which was used last first. */
export async function listSessions(
	{ database, clock }: Services,
	account: string,
	request: FastifyRequest,
): Promise<SignedIn[]> {
	const rows = await database
		.selectFrom("sessions")
		.select(["id", "account", "data", "created", "seen"])
		.where("account", "=", account)
		.orderBy("seen", "desc")
		.execute();
	const own = digest(request.session.sessionId);
	return rows
		.filter((row) => isAlive(row, clock()))
		.map(({ id, data, created, seen }) => ({
			id: nameOf(id),
			agent: JSON.parse(data).agent ?? "",
			created,
			seen,
			isThis: id === own,
		}));
}

/** Ends a session of an account by its name. Returns whether there is one. */
export async function endSession({ database }: Services, account: string, name: string): Promise<boolean> {
	const rows = await database.selectFrom("sessions").select("id").where("account", "=", account).execute();
	const row = rows.find(({ id }) => nameOf(id) === name);
	if (row) await database.deleteFrom("sessions").where("id", "=", row.id).execute();
	return row !== undefined;
}

/** Ends all sessions of an account but that which asks. */
export async function endOtherSessions(
	{ database }: Services,
	account: string,
	{ session }: FastifyRequest,
): Promise<void> {
	await database
		.deleteFrom("sessions")
		.where("account", "=", account)
		.where("id", "!=", digest(session.sessionId))
		.execute();
}

/** "Firefox, Linux", from what a browser calls itself; 60 characters at most. */
export function describeAgent(text: string): string {
	const browser = /\b(Firefox|Edg|OPR|Chrome|Safari)\w*\//.exec(text)?.[1] ?? "";
	const system = /\b(iPhone|iPad|Android|Windows|Mac OS X|CrOS|Linux)\b/.exec(text)?.[1] ?? "";
	const names: Record<string, string> = { Edg: "Edge", OPR: "Opera", "Mac OS X": "macOS", CrOS: "ChromeOS" };
	// Chrome calls itself Safari too, and Edge Chrome.
	const other = /\b(Edg|OPR)\w*\//.exec(text)?.[1];
	const known = [other ?? browser, system].filter(Boolean).map((name) => names[name] ?? name);
	return known.length > 0 ? known.join(", ") : text.replace(/[^\x20-\x7e]/g, "").slice(0, 60) || "unknown";
}

/** Of a session, for a page: the database's own name for it stays there. */
function nameOf(id: string): string {
	return createHash("sha256").update(`name of ${id}`).digest("hex").slice(0, 32);
}
