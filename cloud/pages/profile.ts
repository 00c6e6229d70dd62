import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { html } from "ghtml";
import { setPassword } from "../accounts/accounts";
import { deleteAccount, exportAccount } from "../accounts/leave";
import { listPasskeys } from "../accounts/passkeys";
import { countRecoveryCodes } from "../accounts/recovery-codes";
import { endOtherSessions, endSession, listSessions, signOut } from "../accounts/sessions";
import { uuidOf } from "../accounts/uuid";
import { accountOf } from "../accounts/who";
import { notFound, Refusal } from "../refusal";
import type { Services } from "../services";
import { ago } from "./dates";
import { type Again, field, newPasswordField, problem, problemOf } from "./form";
import { send, token } from "./layout";

/** The account itself, for its owner. */
export const routes = (services: Services) => async (app: FastifyInstance) => {
	const proof = { config: { proof: true } };

	app.get("/profile", async (request, reply) => {
		const { id, name } = accountOf(request);
		const [passkeys, codes, sessions] = await Promise.all([
			listPasskeys(services, id),
			countRecoveryCodes(services, id),
			listSessions(services, id, request),
		]);
		const now = services.clock();
		return send(request, reply, {
			title: name,
			body: html`<section>
<h2>Your UUID</h2>
<p>Who has it owns your sensors. They have it, and this server, encrypted. Nobody else needs it.</p>
<p><a href="/profile/uuid" class="button plain">Show it</a></p>
</section>
<section>
<h2>Signing in</h2>
<ul class="things">
<li><div>Password</div><a href="/profile/password">Change</a></li>
<li><div>Passkeys <span class="muted">${passkeys.length === 0 ? "none yet" : passkeys.length}</span></div><a href="/profile/passkeys">Add or remove</a></li>
<li><div>Recovery codes <span class="muted">${codes} left</span></div><a href="/profile/recovery-codes">Make new ones</a></li>
</ul>
</section>
<section>
<h2>Signed-in browsers</h2>
<ul class="things">
!${sessions.map(
				({ id, agent, created, seen, isThis }) => html`<li><div>${agent}
<span class="muted">!${isThis ? "this one" : `used ${ago(seen, now)}`}, signed in !${ago(created, now)}</span></div>
!${
					isThis
						? ""
						: html`<form method="post" action="/profile/sessions/${id}/end">!${token(reply)}<button class="quiet">Sign out</button></form>`
				}</li>
`,
			)}</ul>
!${
				sessions.length > 1
					? html`<form method="post" action="/profile/sessions/end">!${token(reply)}<button class="plain">Sign out all others</button></form>`
					: ""
			}</section>
<section>
<h2>Leaving</h2>
<p>Everything that is kept of you is in a file that you can take along.</p>
<div class="row">
<a href="/profile/export" class="button plain">Get the file</a>
<a href="/profile/delete" class="button danger">Delete the account</a>
</div>
</section>`,
		});
	});

	app.get("/profile/uuid", proof, async (request, reply) =>
		send(request, reply, {
			title: "Your UUID",
			body: html`<section class="narrow">
<p><code>${await uuidOf(services, accountOf(request).id)}</code></p>
<p>Keep it where you keep your passwords. Programs of yours can have a key in its place, which you can take back.</p>
<p><a href="/profile">Back</a></p>
</section>`,
		}),
	);

	app.get("/profile/password", proof, (request, reply) => passwordForm(request, reply));

	app.post("/profile/password", proof, async (request, reply) => {
		const account = accountOf(request);
		try {
			await setPassword(services, account, field(request.body, "password"));
		} catch (error) {
			return passwordForm(request, reply, { problem: problemOf(error) });
		}
		await endOtherSessions(services, account.id, request);
		request.log.info({ account: account.id }, "password changed");
		return reply.redirect("/profile", 303);
	});

	app.post<{ Params: { session: string } }>(
		"/profile/sessions/:session/end",
		proof,
		async (request, reply) => {
			if (!(await endSession(services, accountOf(request).id, request.params.session))) throw notFound();
			return reply.redirect("/profile", 303);
		},
	);

	app.post("/profile/sessions/end", proof, async (request, reply) => {
		await endOtherSessions(services, accountOf(request).id, request);
		return reply.redirect("/profile", 303);
	});

	app.get("/profile/export", proof, async (request, reply) =>
		reply
			.header("content-disposition", 'attachment; filename="ambient16.json"')
			.header("cache-control", "no-store")
			.type("application/json")
			.send(await exportAccount(services, accountOf(request))),
	);

	app.get("/profile/delete", proof, (request, reply) => deletionForm(request, reply));

	app.post("/profile/delete", proof, async (request, reply) => {
		const account = accountOf(request);
		if (field(request.body, "name").trim().toLowerCase() !== account.name)
			return deletionForm(request, reply, { problem: new Refusal(400, "That is not the account's name.") });
		await deleteAccount(services, account);
		request.log.info({ account: account.id }, "account deleted");
		await signOut(request, reply);
		return reply.redirect("/", 303);
	});
};

function passwordForm(request: FastifyRequest, reply: FastifyReply, again: Again = {}) {
	return send(request, reply, {
		title: "Change your password",
		status: again.problem?.statusCode ?? 200,
		body: html`<section class="narrow">
!${problem(again.problem)}<form method="post" action="/profile/password">!${token(reply)}
<input type="hidden" name="name" value="${accountOf(request).name}" autocomplete="username">
!${newPasswordField("New password")}
<p><button>Change it</button></p>
</form>
<p class="muted">All other browsers are signed out.</p>
</section>`,
	});
}

function deletionForm(request: FastifyRequest, reply: FastifyReply, again: Again = {}) {
	return send(request, reply, {
		title: "Delete the account",
		status: again.problem?.statusCode ?? 200,
		body: html`<section class="narrow">
<p>The account, its UUID, its sensors here, all their readings and the access of all services are erased at once. The
sensors themselves stay yours: keep <a href="/profile/uuid">the UUID</a>, or reset them.</p>
!${problem(again.problem)}<form method="post" action="/profile/delete">!${token(reply)}
<label>The name of the account, to be sure
<input name="name" required autocomplete="off" autocapitalize="none" spellcheck="false"></label>
<p><button class="danger">Delete all</button></p>
</form>
</section>`,
	});
}
