import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { html } from "ghtml";
import { findAccount } from "../accounts/accounts";
import { checkPasskey, takesPasskeys } from "../accounts/passkeys";
import { checkPassword } from "../accounts/passwords";
import { signIn } from "../accounts/sessions";
import { accountOf } from "../accounts/who";
import { Refusal } from "../refusal";
import type { Services } from "../services";
import { type Again, field, passkeyOf, passwordField, problem, problemOf } from "./form";
import { send, token } from "./layout";
import { nextOf } from "./next";
import { passkeyForm } from "./passkeys";

/** The password or a passkey once more, before what matters. */
export const routes = (services: Services) => async (app: FastifyInstance) => {
	app.get("/prove", (request, reply) => form(request, reply, nextOf(field(request.query, "next"))));

	app.post("/prove", async (request, reply) => {
		const next = nextOf(field(request.body, "next"));
		const { id, name } = accountOf(request);
		try {
			const account = await findAccount(services, name);
			const attempt = services.attempts.begin(request, reply, name, id);
			if (!(await checkPassword(field(request.body, "password"), account?.password))) {
				attempt.fail();
				throw new Refusal(403, "The password is not right.");
			}
			attempt.succeed();
			// Under a new cookie, as after every proof (OWASP ASVS 7.2.4).
			await signIn(services, request, reply, { id, name });
			return reply.redirect(next, 303);
		} catch (error) {
			return form(request, reply, next, { problem: problemOf(error) });
		}
	});

	app.post("/prove/passkey", async (request, reply) => {
		const { credential, next } = passkeyOf(request.body);
		const account = await checkPasskey(services, request, credential);
		if (account.id !== accountOf(request).id) throw new Refusal(403, "This passkey is of another account.");
		await signIn(services, request, reply, account);
		return { next: nextOf(next) };
	});
};

function form(request: FastifyRequest, reply: FastifyReply, next: string, again: Again = {}) {
	return send(request, reply, {
		title: "Is it you?",
		status: again.problem?.statusCode ?? 200,
		scripts: takesPasskeys(request) ? ["passkeys.js"] : [],
		body: html`<section class="narrow">
<p>What comes next is only for you, ${accountOf(request).name}.</p>
!${problem(again.problem)}<form method="post" action="/prove">!${token(reply)}
<input type="hidden" name="next" value="${next}">
<input type="hidden" name="name" value="${accountOf(request).name}" autocomplete="username">
!${passwordField()}
<p><button>Go on</button></p>
</form>
!${passkeyForm(reply, "/prove/passkey", next, "Use a passkey")}
</section>`,
	});
}
