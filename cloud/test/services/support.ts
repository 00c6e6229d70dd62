import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import type { Cloud } from "../../server";
import { type Answer, ask } from "../support/cloud";
import type { Visitor } from "../support/visitor";

export const CALLBACK = "https://service.example/callback";

/** What the page shows once. */
export function secretOf({ text }: Answer): string {
	const secret = /<code id="secret">([^<]+)<\/code>/.exec(text)?.[1];
	assert.ok(secret, text);
	return secret;
}

/** A personal token of this account. */
export async function tokenOf(visitor: Visitor, scopes: string[], days = "7"): Promise<string> {
	const boxes = Object.fromEntries(scopes.map((scope) => [scope, "1"]));
	return secretOf(await visitor.submit("/services/tokens/new", { name: "mine", days, ...boxes }));
}

/** The id of a service that this account registers. */
export async function clientOf(visitor: Visitor, redirects = CALLBACK): Promise<string> {
	await visitor.submit("/services/clients/new", { name: "Charts", redirects });
	const { text } = await visitor.get("/services");
	const all = [...text.matchAll(/id <code>([^<]+)<\/code>, answered at ([^<]*)</g)];
	return all.find(([, , at]) => at === redirects)?.[1] ?? "";
}

/** Asks the API with a token. */
export function askApi(cloud: Cloud, path: string, token: string, body?: object): Promise<Answer> {
	return ask(cloud, `/api/v1${path}`, {
		method: body ? "POST" : "GET",
		headers: {
			...(token && { authorization: `Bearer ${token}` }),
			...(body && { "content-type": "application/json" }),
		},
		...(body && { body: JSON.stringify(body) }),
	});
}

export interface Question {
	client: string;
	scope?: string;
	redirect?: string;
	verifier?: string;
	change?: Record<string, string | undefined>;
}

/** Where a service sends its user. */
export function questionPath({
	client,
	scope = "readings",
	redirect = CALLBACK,
	verifier = VERIFIER,
	change = {},
}: Question): string {
	const query: Record<string, string | undefined> = {
		client_id: client,
		redirect_uri: redirect,
		response_type: "code",
		scope,
		state: "of the service",
		code_challenge: createHash("sha256").update(verifier).digest("base64url"),
		code_challenge_method: "S256",
		...change,
	};
	const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
	return `/oauth/authorize?${new URLSearchParams(given)}`;
}

export const VERIFIER = randomBytes(32).toString("base64url");

/** Has the owner answer, and returns where the browser is sent in the end. */
export async function answerQuestion(
	visitor: Visitor,
	question: Question,
	answer: "allow" | "refuse" = "allow",
): Promise<URL> {
	const asked = await visitor.send("GET", questionPath(question));
	assert.equal(asked.status, 303, asked.text);
	const page = asked.headers.location ?? "";
	const answered = await visitor.submit(page, { answer });
	assert.equal(answered.status, 303, answered.text);
	const { pathname } = new URL(answered.headers.location ?? "");
	const resumed = await visitor.send("GET", pathname);
	return new URL(resumed.headers.location ?? "");
}

/** Asks for tokens. */
export async function askForTokens(cloud: Cloud, fields: Record<string, string>) {
	const { status, text } = await ask(cloud, "/oauth/token", {
		method: "POST",
		headers: { "content-type": "application/x-www-form-urlencoded" },
		body: new URLSearchParams(fields).toString(),
	});
	return { status, ...JSON.parse(text) };
}

/** All that a service does to get tokens. */
export async function allow(cloud: Cloud, visitor: Visitor, question: Question) {
	const back = await answerQuestion(visitor, question);
	return askForTokens(cloud, {
		grant_type: "authorization_code",
		code: back.searchParams.get("code") ?? "",
		redirect_uri: question.redirect ?? CALLBACK,
		client_id: question.client,
		code_verifier: question.verifier ?? VERIFIER,
	});
}
