import type { FastifyInstance } from "fastify";
import { html } from "ghtml";
import { send } from "./layout";

/** Where one comes in. */
export const routes = () => async (app: FastifyInstance) => {
	app.get("/", { config: { open: true } }, (request, reply) =>
		request.account
			? reply.redirect("/sensors", 303)
			: send(request, reply, {
					title: "Your home's air, and a light",
					body: html`<section class="narrow">
<p>This server keeps what your sensors measure, for you alone.</p>
<div class="row">
<a href="/sign-in" class="button">Sign in</a>
<a href="/sign-up" class="button plain">Make an account</a>
</div>
<p class="muted">Does your browser warn of this page? <a href="/trust">Trust this server.</a></p>
</section>`,
				}),
	);
};
