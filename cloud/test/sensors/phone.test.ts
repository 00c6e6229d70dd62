import assert from "node:assert/strict";
import { test } from "node:test";
import { noBrowser, openPage } from "../../../test/support/browser";
import { startDesk } from "../../../test/support/desk";
import { Owner } from "../../../test/support/owner";
import { topicOf } from "../../broker/topics";
import { linkOf } from "../../sensors/link";
import { startCloud } from "../support/cloud";
import { signUp } from "../support/visitor";

/** ms */
const PATIENCE = 60_000;

test("a phone that opens the link at the sensor's own page gives it owner, name, database and broker", {
	skip: noBrowser,
}, async (t) => {
	const cloud = await startCloud(t);
	const ada = await signUp(cloud, "ada");
	await ada.submit("/sensors/new", { name: "Kitchen" });
	const sensor = await cloud.services.database.selectFrom("sensors").selectAll().executeTakeFirstOrThrow();
	const link = new URL(await linkOf(cloud.services, sensor));

	const desk = await startDesk(t, { args: ["--wifi"] });
	const { page } = await openPage(t, { ignoreHTTPSErrors: true, viewport: { width: 390, height: 844 } });
	await page.goto(`${desk.https}/setup${link.hash}`);
	// An open network of the simulated air.
	await page.locator(".network").nth(1).click({ timeout: PATIENCE });
	await page.locator("#connect").click();
	await page.locator("#done:not([hidden])").waitFor({ timeout: PATIENCE });
	const uuid = (await page.locator("#key").textContent()) ?? "";
	assert.match(uuid, /^[0-9a-f-]{36}$/);
	assert.ok(link.hash.includes(uuid));

	const { json } = await new Owner(desk.http, uuid).sendSigned({ getSettings: {} }, desk.https);
	const { name, influx, mqtt } = json.getSettings as unknown as Record<string, unknown>;
	assert.equal(name, "Kitchen");
	const { url, org, bucket, ca } = influx as Record<string, unknown>;
	assert.deepEqual(
		{ url, org, bucket, ca },
		{ url: cloud.origin, org: "ambient16", bucket: "ambient16", ca: true },
	);
	const { url: broker, user, topic, discovery } = mqtt as Record<string, unknown>;
	assert.deepEqual(
		{ broker, user, topic, discovery },
		{ broker: cloud.services.broker.url, user: sensor.id, topic: topicOf(sensor.id), discovery: false },
	);
});
