import { html } from "ghtml";
import type Provider from "oidc-provider";
import { OAUTH_TTL } from "../limits";
import type { Services } from "../services";
import { createAdapter } from "./adapter";
import { OAUTH_SCOPES, SCOPES } from "./scopes";
import { signingKey } from "./signing-key";

/** Where services find what (RFC 8414). */
export const ROUTES = {
	authorization: "/oauth/authorize",
	token: "/oauth/token",
	revocation: "/oauth/revoke",
	jwks: "/oauth/jwks",
	userinfo: "/oauth/userinfo",
} as const;

/** The cookie in which oidc-provider keeps who has answered last. */
export const SESSION_COOKIE = "oauth";

/** OAuth 2.1: the code grant alone, with PKCE, for clients without secrets, and refresh tokens that are good once. */
export async function createProvider(services: Services): Promise<Provider> {
	const { database, log, origin, seal } = services;
	// Only who has services needs it: it takes a quarter of the start, and asks for a newer Node.js on standard error.
	const { default: OidcProvider, errors, interactionPolicy } = await import("oidc-provider");
	const { base, Check } = interactionPolicy;
	const policy = base();
	// Who is asked is who is signed in at this server when they are asked, and they are asked each time.
	const login = policy.get("login");
	login?.checks.clear();
	login?.checks.add(
		new Check("asked", "the owner has to be asked", ({ oidc }) =>
			oidc.result?.login ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT,
		),
	);
	const provider = new OidcProvider(origin, {
		adapter: createAdapter(services, errors.InvalidGrant),
		jwks: { keys: [(await signingKey(services)) as { kty: "EC"; crv: string; x: string; y: string }] },
		routes: ROUTES,
		scopes: [...Object.keys(SCOPES), ...Object.keys(OAUTH_SCOPES)],
		claims: { openid: ["sub"] },
		responseTypes: ["code"],
		clientAuthMethods: ["none"],
		clientDefaults: { grant_types: ["authorization_code", "refresh_token"], response_types: ["code"] },
		enabledJWA: { idTokenSigningAlgValues: ["ES256"] },
		pkce: { required: () => true },
		rotateRefreshToken: true,
		// What an owner has allowed lasts until they end it: the page that asks says so.
		issueRefreshToken: async () => true,
		expiresWithSession: async () => false,
		ttl: OAUTH_TTL,
		cookies: {
			keys: [seal.derive("oauth cookies").toString("base64url")],
			names: { session: SESSION_COOKIE, interaction: "oauth_question", resume: "oauth_resume" },
			long: { httpOnly: true, secure: true, sameSite: "lax", path: ROUTES.authorization },
			short: { httpOnly: true, secure: true, sameSite: "lax" },
		},
		interactions: { policy, url: (_ctx, { uid }) => `/services/consent/${uid}` },
		findAccount: async (_ctx, id) => {
			const account = await database
				.selectFrom("accounts")
				.select("id")
				.where("id", "=", id)
				.executeTakeFirst();
			return account && { accountId: id, claims: async () => ({ sub: id }) };
		},
		features: {
			devInteractions: { enabled: false },
			rpInitiatedLogout: { enabled: false },
			resourceIndicators: { enabled: false },
			pushedAuthorizationRequests: { enabled: false },
			dPoP: { enabled: false },
			revocation: { enabled: true },
			userinfo: { enabled: true },
		},
		renderError: async (ctx, { error, error_description: description }) => {
			ctx.type = "html";
			ctx.body = html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Not allowed – Ambient16</title><link rel="stylesheet" href="/assets/style.css"></head>
<body><main><h1>The service has asked wrongly</h1>
<p>Nothing was allowed. Tell those who make it: ${error}${description ? `, ${description}` : ""}.</p>
<p><a href="/services">Services</a></p></main></body>
</html>
`;
		},
	});
	provider.on("server_error", (_ctx, error) => log.error({ err: error }));
	return provider;
}
