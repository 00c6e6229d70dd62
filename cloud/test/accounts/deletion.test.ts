import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { startCloud } from "../support/cloud";
import { PASSWORD, signIn, signUp } from "../support/visitor";

test("a deleted account is gone: its rows, its sessions, and what was in the files of the database", async (t) => {
	const cloud = await startCloud(t);
	const visitor = await signUp(cloud, "somebody-unmistakable");
	const other = await signUp(cloud, "bob");
	await visitor.submit("/sensors/new", { name: "Unmistakable kitchen" });
	const { text } = await visitor.get("/profile/export");
	const [id] = await cloud.services.database
		.selectFrom("accounts")
		.select("id")
		.where("name", "=", "somebody-unmistakable")
		.execute();
	const wrong = await visitor.submit("/profile/delete", { name: "bob" });
	assert.equal(wrong.status, 400);
	const { status } = await visitor.submit("/profile/delete", { name: "Somebody-Unmistakable" });
	assert.equal(status, 303);
	assert.equal((await visitor.send("GET", "/profile")).status, 303);
	assert.equal((await signIn(cloud, "somebody-unmistakable", PASSWORD)).answer.status, 403);
	assert.equal((await other.send("GET", "/profile")).status, 200);
	for (const file of readdirSync(cloud.config.folder).filter((name) => name.startsWith("cloud.sqlite"))) {
		const bytes = readFileSync(join(cloud.config.folder, file));
		for (const trace of [id!.id, "somebody-unmistakable", "Unmistakable kitchen", JSON.parse(text).uuid])
			assert.ok(!bytes.includes(trace), `${file} has ${trace}`);
	}
});
