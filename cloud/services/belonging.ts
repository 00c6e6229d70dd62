import type { Belonging } from "../accounts/belonging";
import { clientsOf } from "./clients";
import { grantsOf } from "./grants";
import { keysOf } from "./keys";
import { accessTokensOf } from "./tokens";

const day = (time: number | null) => (time === null ? null : new Date(time).toISOString());

/** What an account has let services do. Rows go with that of the account. */
export const belonging: Belonging = {
	name: "services",
	async describe(services, { id }) {
		const [grants, tokens, keys, clients] = await Promise.all([
			grantsOf(services, id),
			accessTokensOf(services, id),
			keysOf(services, id),
			clientsOf(services, id),
		]);
		return {
			allowed: grants.map(({ name, scopes, created, used }) => ({
				name,
				scopes,
				created: day(created),
				used: day(used),
			})),
			tokens: tokens.map(({ name, scopes, created, until, used }) => ({
				name,
				scopes,
				created: day(created),
				until: day(until),
				used: day(used),
			})),
			keys: keys.map(({ name, scope, created, until }) => ({
				name,
				scope,
				created: day(created),
				until: day(until),
			})),
			registered: clients.map(({ id, name, redirects }) => ({ id, name, redirects: JSON.parse(redirects) })),
		};
	},
};
