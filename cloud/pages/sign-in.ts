import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { html } from "ghtml";
import { findAccount, readName } from "../accounts/accounts";
import { askForPasskey, checkPasskey, takesPasskeys } from "../accounts/passkeys";
import { checkPassword } from "../accounts/passwords";
import { signIn, signOut } from "../accounts/sessions";
import type { Account } from "../accounts/who";
import { Refusal } from "../refusal";
import type { Services } from "../services";
import { type Again, field, nameField, passkeyOf, passwordField, problem, problemOf } from "./form";
import { send, token } from "./layout";
import { nextOf } from "./next";
import { passkeyForm } from "./passkeys";

/** Into an account by its password or a passkey, and out of it. */
export const routes = (services: Services) => async (app: FastifyInstance) => {
	const open = { config: { open: true } };

	app.get("/sign-in", open, (request, reply) => {
		const next = nextOf(field(request.query, "next"));
		return request.account ? reply.redirect(next, 303) : form(request, reply, next);
	});

	app.post("/sign-in", open, async (request, reply) => {
		const next = nextOf(field(request.body, "next"));
		const name = field(request.body, "name");
		try {
			const account = await byPassword(request, reply, name);
			await signIn(services, request, reply, account);
			return reply.redirect(next, 303);
		} catch (error) {
			return form(request, reply, next, { name, problem: problemOf(error) });
		}
	});

	app.post("/passkeys/options", open, (request) => askForPasskey(services, request));

	app.post("/sign-in/passkey", open, async (request, reply) => {
		const { credential, next } = passkeyOf(request.body);
		await signIn(services, request, reply, await checkPasskey(services, request, credential));
		return { next: nextOf(next) };
	});

	app.post("/sign-out", async (request, reply) => {
		await signOut(request, reply);
		return reply.redirect("/sign-in", 303);
	});

	async function byPassword(request: FastifyRequest, reply: FastifyReply, text: string): Promise<Account> {
		const name = readName(text);
		const account = await findAccount(services, name);
		const attempt = services.attempts.begin(request, reply, name, account?.id);
		if (!(await checkPassword(field(request.body, "password"), account?.password)) || !account) {
			attempt.fail();
			throw new Refusal(403, "The name or the password is not right.");
		}
		attempt.succeed();
		return account;
	}
};

function form(request: FastifyRequest, reply: FastifyReply, next: string, again: Again = {}) {
	return send(request, reply, {
		title: "Sign in",
		status: again.problem?.statusCode ?? 200,
		scripts: takesPasskeys(request) ? ["passkeys.js"] : [],
		body: html`<section class="narrow">
!${problem(again.problem)}<form method="post" action="/sign-in">!${token(reply)}
<input type="hidden" name="next" value="${next}">
!${nameField(again.name)}
!${passwordField()}
<p><button>Sign in</button></p>
</form>
!${passkeyForm(reply, "/sign-in/passkey", next, "Sign in with a passkey")}
<p class="muted"><a href="/sign-up">Make an account</a>, or <a href="/recover">use a recovery code</a> if you have forgotten
your password.</p>
</section>`,
	});
}
