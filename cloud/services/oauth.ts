import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type Provider from "oidc-provider";
import { Limiter, networkOf } from "../accounts/limiter";
import { QUESTIONS_OF_ADDRESS } from "../limits";
import { Refusal } from "../refusal";
import type { Services } from "../services";
import { createProvider, ROUTES, SESSION_COOKIE } from "./provider";

const providers = new WeakMap<Services, Promise<Provider>>();

/** The provider of this server. It is made when it is asked for first, as the server's address is known by then. */
export function providerOf(services: Services): Promise<Provider> {
	const known = providers.get(services) ?? createProvider(services);
	providers.set(services, known);
	return known;
}

/** What services talk to: oidc-provider answers there by itself. */
export const routes = (services: Services) => async (app: FastifyInstance) => {
	app.removeAllContentTypeParsers();
	// It reads the body, and bounds it.
	app.addContentTypeParser("*", (_request, _payload, done) => done(null));

	const questions = new Limiter(QUESTIONS_OF_ADDRESS, services.clock);

	function countQuestion({ ip }: FastifyRequest, reply: FastifyReply): void {
		const network = networkOf(ip);
		const wait = questions.wait(network);
		if (wait > 0) {
			reply.header("retry-after", wait);
			throw new Refusal(429, "Too many questions. Try again later.");
		}
		questions.count(network);
	}

	async function hand(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
		const provider = await providerOf(services);
		// Each question is for whoever is signed in now, not for whoever answered the last one.
		if (request.url.split("?", 1)[0] === ROUTES.authorization) {
			countQuestion(request, reply);
			dropSession(request);
		}
		for (const [name, value] of Object.entries(reply.getHeaders()))
			if (value !== undefined) reply.raw.setHeader(name, value);
		reply.hijack();
		await provider.callback()(request.raw, reply.raw);
		return reply;
	}

	for (const url of [
		...Object.values(ROUTES),
		`${ROUTES.authorization}/:uid`,
		"/.well-known/openid-configuration",
		"/.well-known/oauth-authorization-server",
	])
		app.route({ method: ["GET", "POST"], url, handler: hand });
};

function dropSession({ raw: { headers } }: FastifyRequest): void {
	headers.cookie = headers.cookie
		?.split(";")
		.filter((cookie) => !new RegExp(`^\\s*${SESSION_COOKIE}(\\.sig)?=`).test(cookie))
		.join(";");
}
