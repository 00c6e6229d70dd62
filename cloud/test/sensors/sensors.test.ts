import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { test } from "node:test";
import { digest } from "../../secrets/tokens";
import { startCloud } from "../support/cloud";
import { signUp } from "../support/visitor";

/** What the link on a page has in its fragment. */
function fragmentOf(page: string) {
	const link = /href="(https:\/\/192\.168\.4\.1\/setup#[^"]*)"/.exec(page)?.[1] ?? "";
	const url = new URL(link.replaceAll("&#61;", "="));
	return JSON.parse(decodeURIComponent(url.hash.slice(1)));
}

test("a new sensor has a link to its set-up page with all that it is paired with", async (t) => {
	const cloud = await startCloud(t);
	const visitor = await signUp(cloud, "ada");
	const { headers } = await visitor.submit("/sensors/new", { name: "Küche & Bad" });
	const { text } = await visitor.get(headers.location ?? "");
	const { uuid, name, influx } = fragmentOf(text);
	assert.match(uuid, /^[0-9a-f-]{36}$/);
	assert.equal(name, "Küche & Bad");
	assert.equal(influx.url, cloud.origin);
	assert.equal(new X509Certificate(influx.ca).ca, true);
	const row = await cloud.services.database.selectFrom("sensors").selectAll().executeTakeFirstOrThrow();
	assert.equal(row.token, digest(influx.token));
	assert.match(text, /<svg /);
});

test("a new link ends the access of the one before", async (t) => {
	const cloud = await startCloud(t);
	const visitor = await signUp(cloud, "ada");
	const { headers } = await visitor.submit("/sensors/new", { name: "Kitchen" });
	const page = headers.location ?? "";
	const { influx: before } = fragmentOf((await visitor.get(page)).text);
	await visitor.submit(page.replace("link", "settings"), {}, page.replace("link", "access"));
	const { influx: after } = fragmentOf((await visitor.get(page)).text);
	assert.notEqual(after.token, before.token);
	const row = await cloud.services.database.selectFrom("sensors").selectAll().executeTakeFirstOrThrow();
	assert.equal(row.token, digest(after.token));
});

test("the link is shown after the password was asked for once more", async (t) => {
	const cloud = await startCloud(t);
	const visitor = await signUp(cloud, "ada");
	const { headers } = await visitor.submit("/sensors/new", { name: "Kitchen" });
	cloud.time.now += 6 * 60_000;
	const asked = await visitor.send("GET", headers.location ?? "");
	assert.match(asked.headers.location ?? "", /^\/prove\?next=/);
});

test("a sensor is renamed and removed", async (t) => {
	const cloud = await startCloud(t);
	const visitor = await signUp(cloud, "ada");
	const { headers } = await visitor.submit("/sensors/new", { name: "Kitchen" });
	const base = (headers.location ?? "").replace("/link", "");
	await visitor.submit(`${base}/settings`, { name: "Bath" }, `${base}/name`);
	assert.match((await visitor.get(`${base}/settings`)).text, /Settings of Bath/);
	const { status } = await visitor.submit(`${base}/settings`, { name: "x".repeat(33) }, `${base}/name`);
	assert.equal(status, 400);
	await visitor.submit(`${base}/remove`, {});
	assert.equal((await visitor.get(`${base}/settings`)).status, 404);
});

test("what a sensor says is wrong, and how many points wait, stand on its pages", async (t) => {
	const cloud = await startCloud(t);
	const visitor = await signUp(cloud, "ada");
	await visitor.submit("/sensors/new", { name: "Kitchen" });
	const { id } = await cloud.services.database.selectFrom("sensors").selectAll().executeTakeFirstOrThrow();
	const pages = async () =>
		Promise.all(
			[`/sensors/${id}`, `/sensors/${id}/settings`].map(async (page) => (await visitor.get(page)).text),
		);
	for (const page of await pages()) assert.doesNotMatch(page, /It says|Problem/);
	const condition = { version: "0.1.0", waiting: 12, problem: "<b>no route</b>", rssi: -57 };
	cloud.services.presence.of = () => ({ udid: "10000fb38278", status: "online", condition });
	const [page = "", settings = ""] = await pages();
	assert.match(page, /It says: &#60;b&#62;no route&#60;.*12 points wait/);
	assert.match(settings, /<dt>Points that wait<\/dt><dd>12<\/dd>/);
	assert.match(settings, /<dt>Firmware<\/dt><dd>0.1.0<\/dd>/);
	assert.match(settings, /<dt>Problem<\/dt><dd>&#60;b&#62;no route/);
});
