import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Tables } from "../database/tables";
import type { Route } from "../server";
import { allow, askApi, clientOf, questionPath, tokenOf } from "./services/support";
import { startCloud, type TestCloud } from "./support/cloud";
import { signIn, signUp, Visitor } from "./support/visitor";

const MINUTE = 60_000;

/**
 * How the routes for objects of an account begin, and how its owner gets such an object. A new kind of object is to be
 * added here: without it, no route for it passes.
 */
const OBJECTS: [path: string, make: (owner: Visitor) => Promise<string>][] = [
	[
		"/sensors/:id",
		async (owner) => {
			const { headers } = await owner.submit("/sensors/new", { name: "Secret kitchen" });
			return /^\/sensors\/([\w-]+)\/link$/.exec(headers.location ?? "")?.[1] ?? "";
		},
	],
	[
		"/profile/passkeys/:passkey",
		async ({ cloud: { services } }) => {
			const { database } = services;
			const { id: account } = await database
				.selectFrom("accounts")
				.select("id")
				.where("name", "=", "ada")
				.executeTakeFirstOrThrow();
			const id = "c2VjcmV0LXBhc3NrZXk";
			const none = { public_key: "", counter: 0, created: 0, used: null };
			await database
				.insertInto("passkeys")
				.values({ id, account, name: "Secret phone", host: "localhost", ...none })
				.execute();
			return id;
		},
	],
	[
		"/profile/sessions/:session",
		async (owner) => {
			await signIn(owner.cloud, "ada");
			const { text } = await owner.get("/profile");
			return /\/profile\/sessions\/([0-9a-f]+)\/end/.exec(text)?.[1] ?? "";
		},
	],
	["/services/tokens/:id", async (owner) => after(owner, await tokenOf(owner, ["readings"]), "tokens")],
	[
		"/services/keys/:id",
		async (owner) => {
			await owner.submit("/services/keys/new", { name: "secret-hub", days: "7", read: "1", generation: "1" });
			return after(owner, "", "keys");
		},
	],
	["/services/clients/:id", (owner) => clientOf(owner)],
	[
		"/services/grants/:id",
		async (owner) => {
			await allow(owner.cloud, owner, {
				client: await clientOf(owner, "https://secret.example/"),
				redirect: "https://secret.example/",
			});
			return after(owner, "", "grants");
		},
	],
	[
		"/services/consent/:uid",
		async (owner) => {
			const { headers } = await owner.send("GET", questionPath({ client: await clientOf(owner) }));
			return /^\/services\/consent\/([\w-]+)$/.exec(headers.location ?? "")?.[1] ?? "";
		},
	],
];

/** The id of the first of these on the page of services, after something was done. */
async function after(owner: Visitor, _done: unknown, kind: string): Promise<string> {
	const { text } = await owner.get("/services");
	return new RegExp(`/services/${kind}/([\\w-]+)/`).exec(text)?.[1] ?? "";
}

const isApi = ({ path }: Route) => path.startsWith("/api/");
/** OAuth's own: open to all by design, it gives nothing without a code or a token; see services/oauth.test.ts. */
const isProtocol = ({ path }: Route) => path.startsWith("/oauth/") || path.startsWith("/.well-known/");
const isFile = ({ path }: Route) => path.startsWith("/assets/");
const kindOf = ({ path }: Route) =>
	OBJECTS.findIndex(
		([start]) => path === start || path.startsWith(`${start}/`) || path.startsWith(`${start}.`),
	);

/** All that the database has, but for when sessions were seen. */
async function rowsOf({ services: { database } }: TestCloud): Promise<Record<string, unknown>> {
	const rows: Record<string, unknown> = {
		sessions: await database.selectFrom("sessions").select(["id", "account"]).orderBy("id").execute(),
	};
	for (const { name } of await database.introspection.getTables())
		rows[name] ??= await database
			.selectFrom(name as keyof Tables)
			.selectAll()
			.execute();
	return rows;
}

test("every object of an account is 404 for another, on every route, and stays as it is", async (t) => {
	const cloud = await startCloud(t);
	const ada = await signUp(cloud, "ada");
	const bob = await signUp(cloud, "bob");
	const objects: string[] = [];
	for (const [, make] of OBJECTS) objects.push(await make(ada));
	assert.deepEqual(
		OBJECTS.flatMap(([path], index) => (objects[index] ? [] : [path])),
		[],
	);
	const routes = cloud.routes.filter(
		(route) => route.path.includes(":") && !isApi(route) && !isProtocol(route),
	);
	assert.ok(routes.length > 10);
	for (const route of routes)
		assert.ok(kindOf(route) >= 0, `OBJECTS does not know what ${route.path} is about`);

	const token = await bob.token();
	const before = await rowsOf(cloud);
	const asked = (route: Route, id: string) => route.path.replace(/:\w+/, encodeURIComponent(id));
	const send = (visitor: Visitor, { method }: Route, path: string, fields: Record<string, string>) =>
		method === "POST" ? visitor.post(path, { ...fields, _csrf: token }) : visitor.send(method, path);
	const ids = (kind: number) =>
		fc.oneof(
			{ weight: 3, arbitrary: fc.constant(objects[kind] as string) },
			fc.constantFrom(...objects),
			fc.string({ minLength: 1, maxLength: 40 }).filter((text) => !/^\.{1,2}$/.test(text)),
		);
	const requests = fc
		.constantFrom(...routes)
		.chain((route) =>
			fc.tuple(fc.constant(route), ids(kindOf(route)), fc.constantFrom("", "?name=x&span=year")),
		);
	await fc.assert(
		fc.asyncProperty(requests, async ([route, id, query]) => {
			const { status, text } = await send(bob, route, asked(route, id) + query, { name: "Mine", code: "x" });
			assert.equal(status, 404, `${route.method} ${route.path} of ${id}: ${status}`);
			assert.doesNotMatch(text, /Secret/);
		}),
		{ numRuns: 300 },
	);
	// Each at least once, with what there is.
	for (const route of routes) {
		const path = asked(route, objects[kindOf(route)] as string);
		assert.equal((await send(bob, route, path, { name: "Mine" })).status, 404, `${route.method} ${path}`);
	}
	assert.deepEqual(await rowsOf(cloud), before);
	// And they are there for their owner.
	for (const route of routes.filter(({ method }) => method === "GET")) {
		const { status } = await ada.send("GET", asked(route, objects[kindOf(route)] as string));
		assert.ok(status === 200 || status === 400, `${route.path} for its owner: ${status}`);
	}
});

test("every sensor of an account is 404 for a token of another, on every route of the API", async (t) => {
	const cloud = await startCloud(t);
	const ada = await signUp(cloud, "ada");
	const bob = await signUp(cloud, "bob");
	const sensor = await (OBJECTS[0] as (typeof OBJECTS)[0])[1](ada);
	const scopes = ["readings", "light"];
	const tokens = { ada: await tokenOf(ada, scopes), bob: await tokenOf(bob, scopes) };
	const routes = cloud.routes.filter((route) => isApi(route) && route.path.includes(":"));
	assert.ok(routes.length >= 3);
	for (const { method, path } of routes) {
		assert.ok(path.startsWith("/api/v1/sensors/:id/"), `what is ${path} about?`);
		const at = `${path.slice("/api/v1".length).replace(":id", sensor)}?quantity=co2&from=0&to=900&step=900`;
		const body = method === "POST" ? { color: "blue" } : undefined;
		assert.equal((await askApi(cloud, at, tokens.bob, body)).status, 404, path);
		assert.notEqual((await askApi(cloud, at, tokens.ada, body)).status, 404, path);
		assert.equal((await askApi(cloud, at, "", body)).status, 401, path);
	}
	assert.ok(!(await askApi(cloud, "/sensors", tokens.bob)).text.includes(sensor));
});

test("two browsers, two accounts, three sensors: no page of one has anything of the other's", async (t) => {
	const cloud = await startCloud(t);
	const ada = await signUp(cloud, "ada");
	const bob = await signUp(cloud, "bob");
	for (const name of ["Adas kitchen", "Adas bath"]) await ada.submit("/sensors/new", { name });
	await bob.submit("/sensors/new", { name: "Bobs cellar" });
	const sensors = await cloud.services.database.selectFrom("sensors").selectAll().execute();
	const of = (word: string) => sensors.filter(({ name }) => name.startsWith(word)).map(({ id }) => id);
	const pages = cloud.routes.filter(
		(route) =>
			route.method === "GET" &&
			!/[:*]/.test(route.path) &&
			!isFile(route) &&
			!isApi(route) &&
			!isProtocol(route),
	);
	assert.ok(pages.length > 10);
	for (const { path } of pages.filter(({ path }) => path !== "/live"))
		for (const [visitor, others, word] of [
			[ada, of("Bobs"), "Bobs"],
			[bob, of("Adas"), "Adas"],
		] as const) {
			const { text } = await visitor.get(path);
			for (const trace of [word, ...others]) assert.ok(!text.includes(trace), `${path} has ${trace}`);
		}
	assert.ok((await ada.get("/sensors")).text.includes("Adas kitchen"));
});

test("nobody who has not signed in gets anything of a route that is not open", async (t) => {
	const cloud = await startCloud(t);
	const stranger = new Visitor(cloud);
	const closed = cloud.routes
		.filter(({ config }) => !config.open)
		.filter((route) => !isFile(route) && !isProtocol(route));
	assert.ok(closed.length > 20);
	for (const route of closed) {
		const { status, headers, text } = await stranger.send(route.method, route.path);
		if (isApi(route)) assert.equal(status, 401, `${route.method} ${route.path}`);
		else {
			assert.equal(status, 303, `${route.method} ${route.path}`);
			assert.match(headers.location ?? "", /^\/sign-in/);
			assert.equal(text, "");
		}
	}
});

test("routes for what matters want the proof once more, whatever their method", async (t) => {
	const cloud = await startCloud(t);
	const ada = await signUp(cloud, "ada");
	const token = await ada.token();
	cloud.time.now += 6 * MINUTE;
	const proved = cloud.routes.filter(({ config }) => config.proof);
	assert.ok(proved.length > 10);
	for (const { method, path } of proved) {
		const answer = await (method === "POST" ? ada.post(path, { _csrf: token }) : ada.send(method, path));
		assert.equal(answer.status, 303, `${method} ${path}`);
		assert.match(answer.headers.location ?? "", /^\/prove/);
	}
});
