import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { html } from "ghtml";
import { countRecoveryCodes, makeRecoveryCodes } from "../accounts/recovery-codes";
import { accountOf } from "../accounts/who";
import type { Services } from "../services";
import { send, token } from "./layout";

/** The codes that help where the password is forgotten. */
export const routes = (services: Services) => async (app: FastifyInstance) => {
	const proof = { config: { proof: true } };

	app.get("/profile/recovery-codes", proof, async (request, reply) => {
		const left = await countRecoveryCodes(services, accountOf(request).id);
		return send(request, reply, {
			title: "Recovery codes",
			body: html`<section class="narrow">
<p>With one of them you choose a new password when you have forgotten yours. ${left} of them are left.</p>
<form method="post" action="/profile/recovery-codes">!${token(reply)}
<p>New ones replace those that you have.</p>
<p><button>Make new codes</button></p>
</form>
</section>`,
		});
	});

	app.post("/profile/recovery-codes", proof, async (request, reply) =>
		sendCodes(request, reply, await makeRecoveryCodes(services, accountOf(request).id), "/profile"),
	);
};

/** Shows codes, the only time. */
export function sendCodes(request: FastifyRequest, reply: FastifyReply, codes: string[], next: string) {
	return send(request, reply, {
		title: "Keep these codes",
		body: html`<section class="narrow">
<p>Print them, or put them where you keep your passwords. Each helps once if you forget your password. They are shown
only now.</p>
<ul class="codes">
!${codes.map((code) => html`<li><code>${code}</code></li>`)}</ul>
<p><a href="${next}" class="button">I have them</a></p>
</section>`,
	});
}
