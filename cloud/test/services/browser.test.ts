import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { noBrowser, openPage } from "../../../test/support/browser";
import { startCloud, type TestCloud } from "../support/cloud";
import { signUp, type Visitor } from "../support/visitor";
import { clientOf, questionPath } from "./support";

/** A page of a browser in which somebody is signed in. */
async function pageOf(t: { after(task: () => unknown): void }, cloud: TestCloud, visitor: Visitor) {
	const { page, context } = await openPage(t, {
		ignoreHTTPSErrors: true,
		viewport: { width: 390, height: 844 },
	});
	const cookies = [...visitor.cookies].map(([name, value]) => ({
		name,
		value,
		url: cloud.origin,
		secure: true,
	}));
	await context.addCookies(cookies);
	const problems: string[] = [];
	page.on("console", (message) => {
		if (message.type() === "error") problems.push(message.text());
	});
	return { page, problems };
}

test("in a browser the answer leads back to the service, whatever the page's policy", {
	skip: noBrowser,
}, async (t) => {
	const cloud = await startCloud(t);
	const ada = await signUp(cloud, "ada");
	const client = await clientOf(ada, "http://127.0.0.1/callback");
	const service = createServer((_request, response) => response.end("thanks")).listen(0, "127.0.0.1");
	await once(service, "listening");
	t.after(() => service.close());
	const redirect = `http://127.0.0.1:${(service.address() as AddressInfo).port}/callback`;
	const { page, problems } = await pageOf(t, cloud, ada);
	for (const [button, expected] of [
		["Allow", /[?&]code=/],
		["Refuse", /[?&]error=access_denied/],
	] as const) {
		await page.goto(`${cloud.origin}${questionPath({ client, redirect })}`);
		const asked = once(service, "request") as Promise<[IncomingMessage]>;
		await page.getByRole("button", { name: button }).click();
		assert.match((await asked)[0].url ?? "", expected);
	}
	assert.deepEqual(
		problems.filter((text) => /content security policy/i.test(text)),
		[],
	);
});
