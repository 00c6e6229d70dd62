import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { atEnd } from "../../../test/support/scope";
import { startCloud } from "../support/cloud";
import { noPostgres, startPostgres } from "../support/postgres";
import { PASSWORD, signIn, signUp, Visitor } from "../support/visitor";

const DAY = 86_400_000;

describe("with PostgreSQL", { skip: noPostgres }, () => {
	test("accounts, sessions, recovery, sensors, tokens, export and deletion are as with SQLite", async (t) => {
		// The server ends before its database.
		const scope = { after: (task: () => unknown) => atEnd(t, task) };
		const databaseUrl = await startPostgres(scope);
		const cloud = await startCloud(scope, { databaseUrl });
		assert.ok(!existsSync(join(cloud.config.folder, "cloud.sqlite")));
		const ada = await signUp(cloud, "ada");
		const bob = await signUp(cloud, "bob");
		assert.equal(
			(await new Visitor(cloud).submit("/sign-up", { name: "Ada", password: PASSWORD })).status,
			409,
		);
		assert.equal((await signIn(cloud, "ada", "not this one at all")).answer.status, 403);
		assert.equal((await signIn(cloud, "ada")).answer.status, 303);

		const { headers } = await ada.submit("/sensors/new", { name: "Kitchen" });
		const settings = (headers.location ?? "").replace("link", "settings");
		assert.match((await ada.get(settings)).text, /Settings of Kitchen/);
		assert.equal((await bob.get(settings)).status, 404);

		const { text } = await ada.submit("/profile/recovery-codes", {});
		const code = /<code>([0-9a-z-]{29})<\/code>/.exec(text)?.[1] ?? "";
		const recover = { name: "ada", code, password: "another of my own" };
		const helped = new Visitor(cloud);
		assert.equal((await helped.submit("/recover", recover)).status, 303);
		assert.match((await helped.get("/profile")).text, /9 left/);
		assert.equal((await ada.send("GET", "/profile")).status, 303);

		assert.match((await helped.get("/services")).text, /Personal tokens/);
		assert.equal(JSON.parse((await helped.get("/profile/export")).text).sensors[0].name, "Kitchen");
		cloud.time.now += 15 * DAY;
		assert.equal((await bob.send("GET", "/profile")).status, 303);
		const { visitor } = await signIn(cloud, "ada", "another of my own");
		assert.equal((await visitor.submit("/profile/delete", { name: "ada" })).status, 303);
		const { database } = cloud.services;
		assert.deepEqual(await database.selectFrom("accounts").select("name").execute(), [{ name: "bob" }]);
		assert.deepEqual(await database.selectFrom("sensors").select("id").execute(), []);
	});
});
