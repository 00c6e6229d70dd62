import type { FastifyInstance, FastifyReply } from "fastify";
import { html } from "ghtml";
import {
	addPasskey,
	askForNewPasskey,
	listPasskeys,
	removePasskey,
	takesPasskeys,
} from "../accounts/passkeys";
import { accountOf } from "../accounts/who";
import { NAME } from "../limits";
import { notFound } from "../refusal";
import type { Services } from "../services";
import { ago } from "./dates";
import { passkeyOf } from "./form";
import { send, token } from "./layout";

/** The passkeys of an account: which there are, a new one, and none any more. */
export const routes = (services: Services) => async (app: FastifyInstance) => {
	const proof = { config: { proof: true } };

	app.get("/profile/passkeys", proof, async (request, reply) => {
		const passkeys = await listPasskeys(services, accountOf(request).id);
		const now = services.clock();
		const takes = takesPasskeys(request);
		return send(request, reply, {
			title: "Passkeys",
			scripts: takes ? ["passkeys.js"] : [],
			body: html`<section class="narrow">
<p>With a passkey you sign in by your finger, your face or the code of your phone, and nobody can ask you for it by a
page that only looks like this one.</p>
<ul class="things">
!${passkeys.map(
				({ id, name, host, created, used }) => html`<li><div>${name}
<span class="muted">For ${host}, made !${ago(created, now)}, !${used === null ? "not used yet" : `used ${ago(used, now)}`}</span></div>
<form method="post" action="/profile/passkeys/${encodeURIComponent(id)}/remove">!${token(reply)}<button class="quiet">Remove</button></form></li>
`,
			)}</ul>
!${
				takes
					? html`<form method="post" data-passkey="/passkeys/new" hidden>!${token(reply)}
<label>Name of a new passkey
<input name="name" maxlength="${NAME}" required placeholder="My phone" autocomplete="off"></label>
<p class="bad" role="alert"></p>
<p><button>Add a passkey</button></p>
</form>
<noscript><p>To add one takes JavaScript.</p></noscript>`
					: html`<p>A passkey is for a name, and this page was opened by an address. Open it by the server's name to add one.</p>`
			}
</section>`,
		});
	});

	app.post("/passkeys/new/options", proof, (request) =>
		askForNewPasskey(services, request, accountOf(request)),
	);

	app.post("/passkeys/new", proof, async (request) => {
		const { credential, name } = passkeyOf(request.body);
		const text = typeof name === "string" ? name : "";
		await addPasskey(services, request, accountOf(request), credential, text);
		return {};
	});

	app.post<{ Params: { passkey: string } }>(
		"/profile/passkeys/:passkey/remove",
		proof,
		async (request, reply) => {
			if (!(await removePasskey(services, accountOf(request).id, request.params.passkey))) throw notFound();
			return reply.redirect("/profile/passkeys", 303);
		},
	);
};

/** A button for a browser that has passkeys; public/passkeys.js shows it, and does what it says. */
export function passkeyForm(reply: FastifyReply, path: string, next: string, label: string): string {
	return html`<form method="post" data-passkey="${path}" hidden>!${token(reply)}
<input type="hidden" name="next" value="${next}">
<p class="bad" role="alert"></p>
<p><button class="plain">${label}</button></p>
</form>`;
}
