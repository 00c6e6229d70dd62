import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, startCloud } from "./support/cloud";

test("it answers over TLS with a certificate of its own authority, which it gives out", async (t) => {
	const cloud = await startCloud(t);
	const { status, text } = await ask(cloud, "/ca.crt");
	assert.equal(status, 200);
	assert.equal(text, cloud.services.authority.ca);
	const page = await ask(cloud, "/trust");
	assert.equal(page.status, 200);
	assert.ok(page.text.includes(cloud.services.authority.fingerprint));
});
