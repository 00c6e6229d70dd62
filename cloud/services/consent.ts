import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { html } from "ghtml";
import { accountOf } from "../accounts/who";
import { GRANTS } from "../limits";
import { field } from "../pages/form";
import { send, token } from "../pages/layout";
import { notFound, Refusal } from "../refusal";
import { digest } from "../secrets/tokens";
import type { Services } from "../services";
import { clientsOf } from "./clients";
import { providerOf } from "./oauth";
import { describe } from "./scopes";

type OfQuestion = FastifyRequest<{ Params: { uid: string } }>;

/** Asks an owner whether a service may have what it asks for. */
export const routes = (services: Services) => async (app: FastifyInstance) => {
	const { database, clock } = services;

	/** What is asked, of this browser. Throws if there is no such question, or none any more. */
	async function questionOf(request: OfQuestion, reply: FastifyReply) {
		const provider = await providerOf(services);
		const details = await provider.interactionDetails(request.raw, reply.raw).catch(() => undefined);
		if (!details || details.uid !== request.params.uid) throw notFound();
		const client = await provider.Client.find(`${details.params.client_id}`);
		if (!client) throw notFound();
		return {
			provider,
			client,
			scopes: `${details.params.scope ?? ""}`.split(" ").filter(Boolean),
			redirect: new URL(`${details.params.redirect_uri}`),
		};
	}

	app.get("/services/consent/:uid", async (request: OfQuestion, reply) => {
		const { client, scopes, redirect } = await questionOf(request, reply);
		const { id, name } = accountOf(request);
		const isOwn = (await clientsOf(services, id)).some((each) => each.id === client.clientId);
		allowFormTo(reply, redirect);
		const where =
			redirect.protocol === "https:"
				? html`It is at <b>${redirect.host}</b>, and is told of your answer there.`
				: "It is a program on the computer in front of you.";
		return send(request, reply, {
			title: `Allow ${client.clientName ?? "a service"}?`,
			body: html`<section class="narrow">
<p><b>${client.clientName ?? ""}</b> asks for access to what is yours, ${name}. !${where} ${
				isOwn ? "" : "Somebody else with an account here has registered it."
			}</p>
<ul>!${scopes.map((scope) => html`<li>${describe(scope)}</li>`)}</ul>
<p class="muted">It keeps this until you end it under Services. It gets neither your password nor your UUID.</p>
<form method="post" action="/services/consent/${request.params.uid}">!${token(reply)}
<p class="row"><button name="answer" value="allow">Allow</button>
<button name="answer" value="refuse" class="plain">Refuse</button></p>
</form>
</section>`,
		});
	});

	app.post("/services/consent/:uid", async (request: OfQuestion, reply) => {
		const { provider, client, scopes, redirect } = await questionOf(request, reply);
		allowFormTo(reply, redirect);
		const account = accountOf(request).id;
		const answer = async (result: Parameters<typeof provider.interactionResult>[2]) =>
			reply.redirect(await provider.interactionResult(request.raw, reply.raw, result), 303);
		if (field(request.body, "answer") !== "allow")
			return answer({ error: "access_denied", error_description: "the owner has refused" });
		const { count } = await database
			.selectFrom("oauth_grants")
			.select((row) => row.fn.countAll<number>().as("count"))
			.where("account", "=", account)
			.executeTakeFirstOrThrow();
		if (Number(count) >= GRANTS)
			throw new Refusal(400, "Too many services have access. End one of them first.");
		const grant = new provider.Grant({ accountId: account, clientId: client.clientId });
		grant.addOIDCScope(scopes.join(" "));
		const grantId = await grant.save();
		await database
			.insertInto("oauth_grants")
			.values({
				id: digest(grantId),
				account,
				client: client.clientId,
				scopes: scopes.join(" "),
				created: clock(),
			})
			.execute();
		return answer({ login: { accountId: account, remember: false }, consent: { grantId } });
	});
};

/** Browsers look at where a form leads in the end, too: back to the service (CSP Level 3, 6.4.1.1). */
function allowFormTo(reply: FastifyReply, { protocol, origin }: URL): void {
	const policy = `${reply.getHeader("content-security-policy")}`;
	const target = origin === "null" ? protocol : origin;
	reply.header(
		"content-security-policy",
		policy.replace("form-action 'self'", `form-action 'self' ${target}`),
	);
}
