import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { html } from "ghtml";
import { describeScope } from "../../client/key";
import { accountOf } from "../accounts/who";
import { ACCESS_DAYS, SERVICE_NAME } from "../limits";
import { ago } from "../pages/dates";
import { field, problem, problemOf } from "../pages/form";
import { send, token } from "../pages/layout";
import type { Refusal } from "../refusal";
import { sensorsOf } from "../sensors/sensors";
import type { Services } from "../services";
import { clientsOf, registerClient, removeClient } from "./clients";
import { endGrantOf, grantsOf } from "./grants";
import { createKey, dropKey, keyOf, keysOf } from "./keys";
import { readScopes, SCOPES, type Scope } from "./scopes";
import { accessTokensOf, createAccessToken, endAccessToken } from "./tokens";

type WithId = FastifyRequest<{ Params: { id: string } }>;

/** Who has access beside the owner: services, tokens, keys. */
export const routes = (services: Services) => async (app: FastifyInstance) => {
	const { clock } = services;
	const proof = { config: { proof: true } };
	const idOf = (request: FastifyRequest) => accountOf(request).id;

	app.get("/services", async (request, reply) => {
		const account = idOf(request);
		const [grants, tokens, keys, clients] = await Promise.all([
			grantsOf(services, account),
			accessTokensOf(services, account),
			keysOf(services, account),
			clientsOf(services, account),
		]);
		const now = clock();
		const used = (time: number | null) => (time === null ? "not used yet" : html`used !${ago(time, now)}`);
		const end = (action: string, label: string) =>
			html`<form method="post" action="${action}">!${token(reply)}<button class="danger">${label}</button></form>`;
		const list = (items: string[], none: string) =>
			items.length === 0 ? html`<p class="muted">${none}</p>` : html`<ul class="things">!${items}</ul>`;
		return send(request, reply, {
			title: "Services",
			body: html`<section>
<h2>Services that you have allowed</h2>
!${list(
				grants.map(
					({ id, name, scopes, created, used: time }) =>
						html`<li><span>${name} <span class="muted">${readScopes(scopes).join(" and ") || "who you are"}; allowed !${ago(created, now)}, !${used(time)}</span></span>
!${end(`/services/grants/${id}/end`, "End access")}</li>`,
				),
				"None. A service that you sign in to with this server asks here.",
			)}
</section>
<section>
<h2>Personal tokens</h2>
<p>For programs of your own, to ask this server with.</p>
!${list(
				tokens.map(
					({ id, name, scopes, until, used: time }) =>
						html`<li><span>${name} <span class="muted">${readScopes(scopes).join(" and ") || "who you are"}; !${used(time)}, !${until > now ? `until ${day(until)}` : "has ended"}</span></span>
!${end(`/services/tokens/${id}/end`, "End")}</li>`,
				),
				"None.",
			)}
<p><a href="/services/tokens/new" class="button plain">Make a token</a></p>
</section>
<section>
<h2>Keys for your sensors</h2>
<p>For programs in your home, to ask the sensors themselves with, without this server. A key is good at all of your
sensors. Only they know when it was used last: <code>ambient16 keys</code> tells.</p>
!${list(
				keys.map(
					({ id, name, scope, until }) =>
						html`<li><span>${name} <span class="muted">${describeScope(scope)}; ${until > now ? `until ${day(until)}` : "has ended"}</span></span>
<a href="/services/keys/${id}/revoke" class="button danger">Revoke</a></li>`,
				),
				"None.",
			)}
<p><a href="/services/keys/new" class="button plain">Make a key</a></p>
</section>
<section>
<h2>Services that you make</h2>
<p>A service asks for access by OAuth 2.1 with PKCE, as <a href="/.well-known/oauth-authorization-server">this server
describes it</a>. Here it gets its id.</p>
!${list(
				clients.map(
					({ id, name, redirects }) =>
						html`<li><span>${name} <span class="muted">id <code>${id}</code>, answered at ${JSON.parse(redirects).join(" ")}</span></span>
!${end(`/services/clients/${id}/remove`, "Remove")}</li>`,
				),
				"None.",
			)}
<p><a href="/services/clients/new" class="button plain">Register a service</a></p>
</section>`,
		});
	});

	app.post("/services/grants/:id/end", async (request: WithId, reply) => {
		await endGrantOf(services, idOf(request), request.params.id);
		return reply.redirect("/services", 303);
	});

	app.get("/services/tokens/new", proof, (request, reply) => tokenForm(request, reply));
	app.post("/services/tokens/new", proof, async (request, reply) => {
		const { body } = request;
		const scopes = (Object.keys(SCOPES) as Scope[]).filter((scope) => field(body, scope) !== "");
		try {
			const name = field(body, "name");
			const made = await createAccessToken(services, idOf(request), {
				name,
				scopes,
				days: field(body, "days"),
			});
			return shown(request, reply, "Your new token", made, [
				html`<p>The program asks <code>${services.origin}/api/v1/sensors</code> with the header field
<code>Authorization: Bearer …</code></p>`,
			]);
		} catch (error) {
			return tokenForm(request, reply, problemOf(error));
		}
	});
	app.post("/services/tokens/:id/end", async (request: WithId, reply) => {
		await endAccessToken(services, idOf(request), request.params.id);
		return reply.redirect("/services", 303);
	});

	app.get("/services/keys/new", proof, (request, reply) => keyForm(request, reply));
	app.post("/services/keys/new", proof, async (request, reply) => {
		const { body } = request;
		const has = (name: string) => field(body, name) !== "";
		try {
			const made = await createKey(services, idOf(request), {
				name: field(body, "name"),
				read: has("read"),
				light: has("light"),
				manage: has("manage"),
				days: field(body, "days"),
				generation: field(body, "generation"),
			});
			return shown(request, reply, "Your new key", made, [
				html`<p>A program takes it as <code>AMBIENT16_KEY</code>, as the command line and the libraries do.</p>`,
			]);
		} catch (error) {
			return keyForm(request, reply, problemOf(error));
		}
	});

	app.get("/services/keys/:id/revoke", async (request: WithId, reply) => {
		const account = idOf(request);
		const { name } = await keyOf(services, account, request.params.id);
		const sensors = await sensorsOf(services, account);
		const commands = sensors
			.filter(({ udid }) => udid !== null)
			.map(
				({ name: sensor, udid }) =>
					html`<dt>${sensor}</dt><dd><code>npm run ambient16 -- revoke ${name} --url http://ambient16-${udid ?? ""}.local</code></dd>`,
			);
		return send(request, reply, {
			title: `Revoke ${name}`,
			body: html`<section>
<p>A sensor takes this order over its own HTTPS alone, and shows a certificate there that only your computer can prove to
be the right one. So it is given at home, in the folder of Ambient16, once for each sensor:</p>
!${commands.length > 0 ? html`<dl>!${commands}</dl>` : html`<p class="muted">No sensor was heard yet.</p>`}
<p>It asks for your UUID, which <a href="/profile">your profile</a> shows. Until then the key is good, until its end.</p>
<form method="post" action="/services/keys/${request.params.id}/revoke">!${token(reply)}
<p><button class="danger">It is done: take it off the list</button></p>
</form>
<p><a href="/services">Back</a></p>
</section>`,
		});
	});
	app.post("/services/keys/:id/revoke", async (request: WithId, reply) => {
		await dropKey(services, idOf(request), request.params.id);
		return reply.redirect("/services", 303);
	});

	app.get("/services/clients/new", (request, reply) => clientForm(request, reply));
	app.post("/services/clients/new", async (request, reply) => {
		const wish = { name: field(request.body, "name"), redirects: field(request.body, "redirects") };
		try {
			await registerClient(services, idOf(request), wish);
			return reply.redirect("/services", 303);
		} catch (error) {
			return clientForm(request, reply, { ...wish, problem: problemOf(error) });
		}
	});
	app.post("/services/clients/:id/remove", async (request: WithId, reply) => {
		await removeClient(services, idOf(request), request.params.id);
		return reply.redirect("/services", 303);
	});
};

/** What is shown once. */
function shown(request: FastifyRequest, reply: FastifyReply, title: string, secret: string, how: string[]) {
	return send(request, reply, {
		title,
		body: html`<section>
<p>It is shown once, and kept nowhere: copy it now.</p>
<p><code id="secret">${secret}</code></p>
!${how}
<p><a href="/services" class="button plain">To the services</a></p>
</section>`,
	});
}

function tokenForm(request: FastifyRequest, reply: FastifyReply, refusal?: Refusal) {
	return send(request, reply, {
		title: "Make a token",
		status: refusal?.statusCode ?? 200,
		body: html`<section class="narrow">
!${problem(refusal)}<form method="post" action="/services/tokens/new">!${token(reply)}
!${nameOf("The program that it is for", SERVICE_NAME)}
!${Object.entries(SCOPES).map(([scope, text]) => check(scope, text))}
!${daysField()}
<p><button>Make it</button></p>
</form>
</section>`,
	});
}

function keyForm(request: FastifyRequest, reply: FastifyReply, refusal?: Refusal) {
	return send(request, reply, {
		title: "Make a key",
		status: refusal?.statusCode ?? 200,
		body: html`<section class="narrow">
!${problem(refusal)}<form method="post" action="/services/keys/new">!${token(reply)}
!${nameOf("The program that it is for: a to z, 0 to 9 and -", 24)}
!${check("read", "Read what the sensors measure")}
!${check("light", "Set their light")}
!${check("manage", "Change their settings, but for Wi-Fi, keys and owner")}
!${daysField()}
<label>Generation
<input name="generation" value="1" inputmode="numeric" pattern="[1-9][0-9]*" required>
<span class="muted">1, unless you have paired the sensor more than once, or revoked all its keys: <code>ambient16 keys</code>
tells.</span></label>
<p><button>Make it</button></p>
</form>
</section>`,
	});
}

function clientForm(
	request: FastifyRequest,
	reply: FastifyReply,
	again: { name?: string; redirects?: string; problem?: Refusal } = {},
) {
	return send(request, reply, {
		title: "Register a service",
		status: again.problem?.statusCode ?? 200,
		body: html`<section class="narrow">
!${problem(again.problem)}<form method="post" action="/services/clients/new">!${token(reply)}
<label>Its name
<input name="name" value="${again.name ?? ""}" maxlength="${SERVICE_NAME}" required autocomplete="off">
<span class="muted">As those who are asked will read it.</span></label>
<label>Where it is answered
<input name="redirects" value="${again.redirects ?? ""}" required autocomplete="off" placeholder="https://example.org/callback">
<span class="muted">Its redirect URI, or several with spaces between; http://127.0.0.1/… for a program on one's own computer, at any
port.</span></label>
<p><button>Register it</button></p>
</form>
</section>`,
	});
}

function nameOf(hint: string, most: number): string {
	return html`<label>Name
<input name="name" maxlength="${most}" required autocomplete="off"><span class="muted">${hint}</span></label>`;
}

function check(name: string, text: string): string {
	return html`<label class="check"><input type="checkbox" name="${name}" value="1"> ${text}</label>`;
}

function daysField(): string {
	return html`<label>Good for
<select name="days">!${ACCESS_DAYS.map((days) => html`<option value="${days}" !${days === 90 ? "selected" : ""}>${days} days</option>`)}</select></label>`;
}

function day(time: number): string {
	return new Date(time).toISOString().slice(0, 10);
}
