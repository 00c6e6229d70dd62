import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { html } from "ghtml";
import { createAccount } from "../accounts/accounts";
import { makeRecoveryCodes } from "../accounts/recovery-codes";
import { signIn } from "../accounts/sessions";
import type { Services } from "../services";
import { type Again, field, nameField, newPasswordField, problem, problemOf } from "./form";
import { send, token } from "./layout";
import { sendCodes } from "./recovery-codes";

/** A new account. */
export const routes = (services: Services) => async (app: FastifyInstance) => {
	const open = { config: { open: true } };

	app.get("/sign-up", open, (request, reply) => form(request, reply));

	app.post("/sign-up", open, async (request, reply) => {
		const name = field(request.body, "name");
		try {
			services.attempts.signUp(request, reply);
			const account = await createAccount(services, name, field(request.body, "password"));
			await signIn(services, request, reply, account);
			return sendCodes(request, reply, await makeRecoveryCodes(services, account.id), "/sensors");
		} catch (error) {
			return form(request, reply, { name, problem: problemOf(error) });
		}
	});
};

function form(request: FastifyRequest, reply: FastifyReply, again: Again = {}) {
	return send(request, reply, {
		title: "New account",
		status: again.problem?.statusCode ?? 200,
		body: html`<section class="narrow">
!${problem(again.problem)}<form method="post" action="/sign-up">!${token(reply)}
!${nameField(again.name)}
!${newPasswordField()}
<p><button>Make the account</button></p>
</form>
<p class="muted">Or <a href="/sign-in">sign in</a> to one that you have.</p>
</section>`,
	});
}
