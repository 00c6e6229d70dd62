import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { html } from "ghtml";
import { findAccount, readName, setPassword } from "../accounts/accounts";
import { judgePassword } from "../accounts/passwords";
import { useRecoveryCode } from "../accounts/recovery-codes";
import { endOtherSessions, signIn } from "../accounts/sessions";
import { Refusal } from "../refusal";
import type { Services } from "../services";
import { type Again, field, nameField, newPasswordField, problem, problemOf } from "./form";
import { send, token } from "./layout";

/** A new password, by a recovery code in place of the old one. */
export const routes = (services: Services) => async (app: FastifyInstance) => {
	const open = { config: { open: true } };

	app.get("/recover", open, (request, reply) => form(request, reply));

	app.post("/recover", open, async (request, reply) => {
		const given = field(request.body, "name");
		try {
			const name = readName(given);
			const password = field(request.body, "password");
			// Before a code is used up for it.
			judgePassword(password, name);
			const account = await findAccount(services, name);
			// Codes cannot be guessed, so that who tries passwords of a name keeps nobody from them.
			const attempt = services.attempts.begin(request, reply, `recovery of ${name}`, account?.id);
			if (!account || !(await useRecoveryCode(services, account.id, field(request.body, "code")))) {
				attempt.fail();
				throw new Refusal(403, "The name or the code is not right.");
			}
			attempt.succeed();
			await setPassword(services, account, password);
			request.log.info({ account: account.id }, "password changed by a recovery code");
			await signIn(services, request, reply, account);
			await endOtherSessions(services, account.id, request);
			return reply.redirect("/profile", 303);
		} catch (error) {
			return form(request, reply, { name: given, problem: problemOf(error) });
		}
	});
};

function form(request: FastifyRequest, reply: FastifyReply, again: Again = {}) {
	return send(request, reply, {
		title: "Forgotten your password",
		status: again.problem?.statusCode ?? 200,
		body: html`<section class="narrow">
!${problem(again.problem)}<form method="post" action="/recover">!${token(reply)}
!${nameField(again.name)}
<label>Recovery code
<input name="code" maxlength="40" required autocomplete="off" autocapitalize="none" spellcheck="false"></label>
!${newPasswordField("New password")}
<p><button>Change the password</button></p>
</form>
<p class="muted">All other browsers are signed out.</p>
</section>`,
	});
}
