import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { QUESTIONS, QUESTIONS_OF_ADDRESS } from "../../limits";
import { ask, startCloud, type TestCloud } from "../support/cloud";
import { signUp, Visitor } from "../support/visitor";
import {
	allow,
	answerQuestion,
	askApi,
	askForTokens,
	CALLBACK,
	clientOf,
	questionPath,
	VERIFIER,
} from "./support";

describe("a service", () => {
	let cloud: TestCloud;
	let ada: Visitor;
	let client: string;
	const tasks: (() => unknown)[] = [];
	before(async () => {
		cloud = await startCloud({ after: (task) => void tasks.push(task) });
		ada = await signUp(cloud, "ada");
		client = await clientOf(ada);
	});
	after(async () => {
		for (const task of tasks) await task();
	});

	/** The fields with which a refresh token is used. */
	const refresh = (refresh_token: string) => ({
		grant_type: "refresh_token",
		refresh_token,
		client_id: client,
	});

	test("finds out where to ask, and that PKCE is wanted", async () => {
		for (const path of ["openid-configuration", "oauth-authorization-server"]) {
			const { status, text, headers } = await ask(cloud, `/.well-known/${path}`);
			assert.equal(status, 200);
			const found = JSON.parse(text);
			assert.equal(found.issuer, cloud.origin);
			assert.equal(found.token_endpoint, `${cloud.origin}/oauth/token`);
			assert.deepEqual(found.code_challenge_methods_supported, ["S256"]);
			assert.deepEqual(found.response_types_supported, ["code"]);
			assert.deepEqual(found.grant_types_supported, ["authorization_code", "refresh_token"]);
			assert.match(`${headers["content-security-policy"]}`, /default-src 'none'/);
		}
	});

	test("reads what the owner has allowed, and nothing else", async () => {
		const tokens = await allow(cloud, ada, { client });
		assert.equal(tokens.scope, "readings");
		assert.equal((await askApi(cloud, "/sensors", tokens.access_token)).status, 200);
		const light = await askApi(cloud, "/sensors/any/light", tokens.access_token, { color: "red" });
		assert.equal(light.status, 403);
		assert.match(`${light.headers["www-authenticate"]}`, /insufficient_scope/);
	});

	test("is told if the owner refuses, and gets nothing", async () => {
		const back = await answerQuestion(ada, { client }, "refuse");
		assert.equal(back.origin + back.pathname, CALLBACK);
		assert.equal(back.searchParams.get("error"), "access_denied");
		assert.equal(back.searchParams.get("state"), "of the service");
	});

	test("gets no code without PKCE, with the plain method, another grant, or at another address", async () => {
		for (const change of [
			{ code_challenge: undefined, code_challenge_method: undefined },
			{ code_challenge_method: "plain" },
			{ response_type: "token" },
			{ response_type: "id_token" },
		]) {
			const { headers } = await ada.send("GET", questionPath({ client, change }));
			const { origin, pathname, search, hash } = new URL(headers.location ?? "", cloud.origin);
			assert.equal(origin + pathname, CALLBACK);
			assert.match(search + hash, /[?#&]error=/);
		}
		for (const redirect_uri of [
			"https://service.example/other",
			"https://evil.example/",
			"http://service.example/callback",
		]) {
			const { status, headers } = await ada.send("GET", questionPath({ client, change: { redirect_uri } }));
			assert.equal(status, 400);
			assert.equal(headers.location, undefined);
		}
	});

	test("gets a token for a code once, with the right verifier, at the right address", async () => {
		const back = await answerQuestion(ada, { client });
		const fields = {
			grant_type: "authorization_code",
			code: back.searchParams.get("code") ?? "",
			redirect_uri: CALLBACK,
			client_id: client,
			code_verifier: VERIFIER,
		};
		for (const wrong of [{ code_verifier: "x".repeat(43) }, { redirect_uri: "https://evil.example/" }])
			assert.equal((await askForTokens(cloud, { ...fields, ...wrong })).error, "invalid_grant");
		const { access_token } = await askForTokens(cloud, fields);
		assert.equal((await askApi(cloud, "/sensors", access_token)).status, 200);
		// RFC 6749, 4.1.2: what came of a code that is used twice ends.
		assert.equal((await askForTokens(cloud, fields)).error, "invalid_grant");
		assert.equal((await askApi(cloud, "/sensors", access_token)).status, 401);
	});

	test("refreshes with a token that is good once; one that is used twice ends all", async () => {
		const first = await allow(cloud, ada, { client });
		const second = await askForTokens(cloud, refresh(first.refresh_token));
		assert.equal((await askApi(cloud, "/sensors", second.access_token)).status, 200);
		assert.notEqual(second.refresh_token, first.refresh_token);
		assert.equal((await askForTokens(cloud, refresh(first.refresh_token))).error, "invalid_grant");
		assert.equal((await askForTokens(cloud, refresh(second.refresh_token))).error, "invalid_grant");
		assert.equal((await askApi(cloud, "/sensors", second.access_token)).status, 401);
	});

	test("has no access any more when the owner ends it", async () => {
		const { access_token, refresh_token } = await allow(cloud, ada, {
			client,
			scope: "readings offline_access",
		});
		assert.equal((await askApi(cloud, "/sensors", access_token)).status, 200);
		const { text } = await ada.get("/services");
		assert.match(text, /Charts[\s\S]*used <time/);
		for (const [, action = ""] of text.matchAll(/action="(\/services\/grants\/[^"]+\/end)"/g))
			await ada.submit("/services", {}, action);
		assert.equal((await askApi(cloud, "/sensors", access_token)).status, 401);
		assert.equal((await askForTokens(cloud, refresh(refresh_token))).error, "invalid_grant");
		const rows = await cloud.services.database.selectFrom("oauth_items").selectAll().execute();
		assert.deepEqual(
			rows.filter(({ grant_id }) => grant_id !== null),
			[],
		);
	});

	test("asks whoever is signed in now, and nobody is asked in another's name", async () => {
		await allow(cloud, ada, { client });
		const asked = await ada.send("GET", questionPath({ client }));
		const page = asked.headers.location ?? "";
		const eve = await signUp(cloud, "eve");
		assert.equal((await eve.get(page)).status, 404);
		await ada.submit("/profile", {}, "/sign-out");
		const { headers } = await ada.send("GET", page);
		assert.match(headers.location ?? "", /^\/sign-in\?next=/);
		ada = await signUp(cloud, "ada2");
		client = await clientOf(ada);
	});

	test("is asked by no form of another's: without its token an answer is refused", async () => {
		const asked = await ada.send("GET", questionPath({ client }));
		const { status } = await ada.post(asked.headers.location ?? "", { answer: "allow" });
		assert.equal(status, 403);
	});

	test("the page that asks says what for, in words, and where the answer goes", async () => {
		const asked = await ada.send("GET", questionPath({ client, scope: "readings light openid" }));
		const { text, headers } = await ada.get(asked.headers.location ?? "");
		for (const part of [
			"Charts",
			"service.example",
			"See what your sensors measure",
			"Set the light",
			"until you end it",
			"it is you",
		])
			assert.ok(text.includes(part), part);
		assert.match(
			`${headers["content-security-policy"]}`,
			/form-action 'self' https:\/\/service\.example(;|$)/,
		);
	});

	test("of another account is told to be one", async () => {
		const grace = await signUp(cloud, "grace");
		const pages = await Promise.all(
			[ada, grace].map(async (visitor) => {
				const asked = await visitor.send("GET", questionPath({ client }));
				return (await visitor.get(asked.headers.location ?? "")).text;
			}),
		);
		assert.deepEqual(
			pages.map((text) => text.includes("Somebody else")),
			[false, true],
		);
	});

	test("learns who it is by a signed identity, if it is allowed to", async () => {
		const { id_token } = await allow(cloud, ada, { client, scope: "openid" });
		const [head = "", body = ""] = id_token
			.split(".")
			.map((part: string) => Buffer.from(part, "base64url").toString());
		assert.equal(JSON.parse(head).alg, "ES256");
		const { iss, aud, sub } = JSON.parse(body);
		assert.deepEqual([iss, aud], [cloud.origin, client]);
		assert.match(sub, /^[\w-]{22}$/);
	});

	test("may be a program on one's own computer, at any port", async () => {
		const native = await clientOf(ada, "http://127.0.0.1/callback");
		const { access_token } = await allow(cloud, ada, {
			client: native,
			redirect: "http://127.0.0.1:49152/callback",
		});
		assert.equal((await askApi(cloud, "/sensors", access_token)).status, 200);
	});

	test("leaves no token, code or identity that could be used in the database", async () => {
		const tokens = await allow(cloud, ada, { client });
		const files = ["cloud.sqlite", "cloud.sqlite-wal"].map((name) =>
			readFileSync(join(cloud.config.folder, name), "latin1"),
		);
		for (const secret of [tokens.access_token, tokens.refresh_token])
			for (const file of [...files, cloud.log.text]) assert.ok(!file.includes(secret));
	});

	test("that is removed has no access any more", async () => {
		const { access_token } = await allow(cloud, ada, { client });
		const eve = await signUp(cloud, "mallory");
		const token = await eve.token("/services/clients/new");
		assert.equal((await eve.post(`/services/clients/${client}/remove`, { _csrf: token })).status, 404);
		assert.equal((await askApi(cloud, "/sensors", access_token)).status, 200);
		await ada.submit("/services", {}, `/services/clients/${client}/remove`);
		assert.equal((await askApi(cloud, "/sensors", access_token)).status, 401);
	});
});

test("questions that nobody answers are bounded: the oldest go", async (t) => {
	const cloud = await startCloud(t);
	const ada = await signUp(cloud, "ada");
	const client = await clientOf(ada);
	const { database } = cloud.services;
	const expires = cloud.time.now + 1;
	const old = Array.from({ length: QUESTIONS }, (_, i) => ({ id: `Interaction ${i}`, sealed: "", expires }));
	for (let i = 0; i < old.length; i += 100)
		await database
			.insertInto("oauth_items")
			.values(old.slice(i, i + 100))
			.execute();
	const asked = await new Visitor(cloud).send("GET", questionPath({ client }));
	assert.match(asked.headers.location ?? "", /^\/services\/consent\//);
	const rows = await database.selectFrom("oauth_items").select("expires").execute();
	assert.equal(rows.length, QUESTIONS);
	assert.equal(rows.filter((row) => row.expires !== expires).length, 1);
});

test("an address asks so many questions in a minute", async (t) => {
	const cloud = await startCloud(t);
	const client = await clientOf(await signUp(cloud, "ada"));
	const ask = async () => (await new Visitor(cloud).send("GET", questionPath({ client }))).status;
	for (let i = 0; i < QUESTIONS_OF_ADDRESS.failures; i++) assert.equal(await ask(), 303);
	assert.equal(await ask(), 429);
	cloud.time.now += QUESTIONS_OF_ADDRESS.within;
	assert.equal(await ask(), 303);
});

test("what is no address of a service is not registered", async (t) => {
	const cloud = await startCloud(t);
	const ada = await signUp(cloud, "ada");
	for (const redirects of [
		"",
		"http://service.example/",
		"javascript:alert(1)",
		"https://service.example/#a",
		"https://user@service.example/",
		"https://a.example/ http://127.0.0.1/",
		"https://a.example/ https://b.example/ https://c.example/ https://d.example/ https://e.example/",
	])
		assert.equal(
			(await ada.submit("/services/clients/new", { name: "a", redirects })).status,
			400,
			redirects,
		);
	assert.equal(
		(await new Visitor(cloud).send("GET", "/services")).headers.location,
		"/sign-in?next=%2Fservices",
	);
});
