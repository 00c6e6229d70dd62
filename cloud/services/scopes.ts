/** What a service may be allowed, in the words of the page that asks. */
export const SCOPES = {
	readings: "See what your sensors measure, now and in the past, and what they are called",
	light: "Set the light of your sensors",
} as const;

export type Scope = keyof typeof SCOPES;

/** Those beside it that OAuth services ask for (OpenID Connect Core 1.0, 3.1.2.1). */
export const OAUTH_SCOPES = {
	openid: "Know that it is you: a number, not your name",
} as const;

/** In words, for a page. */
export function describe(scope: string): string {
	return { ...SCOPES, ...OAUTH_SCOPES }[scope as Scope] ?? scope;
}

/** The scopes of a text as the database has it, separated by spaces. */
export function readScopes(text: string): Scope[] {
	const names = text.split(" ");
	return (Object.keys(SCOPES) as Scope[]).filter((scope) => names.includes(scope));
}
