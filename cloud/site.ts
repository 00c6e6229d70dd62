import cookie from "@fastify/cookie";
import csrf from "@fastify/csrf-protection";
import formbody from "@fastify/formbody";
import session from "@fastify/session";
import type { FastifyInstance } from "fastify";
import { html } from "ghtml";
import { sessionStore } from "./accounts/session-store";
import { askWho } from "./accounts/who";
import { SESSION_IDLE } from "./limits";
import { send } from "./pages/layout";
import { notFound, Refusal, said } from "./refusal";
import { PAGES } from "./routes";
import type { Services } from "./services";

const SAFE = ["GET", "HEAD", "OPTIONS"];

/** The pages for people: sessions, tokens in forms, and the question who it is, before any route of theirs. */
export const site = (services: Services) => async (app: FastifyInstance) => {
	// Forms, and JSON of scripts of ours: nothing that a page from elsewhere can send unasked.
	app.removeContentTypeParser("text/plain");
	await app.register(cookie);
	await app.register(formbody);
	await app.register(session, {
		secret: services.seal.derive("session cookies").toString("hex"),
		store: sessionStore(services),
		cookieName: "__Host-session",
		cookie: { secure: true, httpOnly: true, sameSite: "lax", path: "/", maxAge: SESSION_IDLE },
		saveUninitialized: false,
	});
	await app.register(csrf, { sessionPlugin: "@fastify/session", getToken: tokenOf });
	askWho(app, services);
	app.addHook("preValidation", (request, reply, next) => {
		if (SAFE.includes(request.method) || request.is404 || request.routeOptions.config.foreign) return next();
		// A browser says where a request comes from (W3C Fetch Metadata); the token is for those that do not.
		if (!["same-origin", "none", undefined].includes(request.headers["sec-fetch-site"] as string | undefined))
			return next(new Refusal(403, "This form is not of this server."));
		app.csrfProtection(request, reply, next);
	});
	app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
		const status = error.statusCode ?? 500;
		if (status >= 500) request.log.error({ err: error });
		const message = error instanceof Refusal ? error.message : said(status);
		// A script of ours asks for it.
		if (request.headers["content-type"] === "application/json") return reply.code(status).send({ message });
		return send(request, reply, { title: titleOf(status), body: html`<p>${message}</p>`, status });
	});
	app.setNotFoundHandler(() => {
		throw notFound();
	});
	for (const routes of PAGES) await app.register(routes(services));
};

/** In a form, or in the header where a script of ours sends JSON. */
function tokenOf({ body, headers }: { body?: unknown; headers: Record<string, unknown> }): string {
	const given = (body as { _csrf?: unknown } | null | undefined)?._csrf ?? headers["csrf-token"];
	return typeof given === "string" ? given : "";
}

function titleOf(status: number): string {
	return status === 404 ? "Not found" : status >= 500 ? "Something went wrong" : "Not done";
}
