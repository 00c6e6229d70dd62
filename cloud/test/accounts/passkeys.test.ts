import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { CDPSession, Page } from "playwright-core";
import { noBrowser, openPage } from "../../../test/support/browser";
import { type Scope, startCloud, type TestCloud } from "../support/cloud";
import { PASSWORD } from "../support/visitor";

const MINUTE = 60_000;

/** A browser at this server, with a phone that says yes to all that it is asked (WebAuthn 11, virtual authenticators). */
async function browserOf(t: Scope, cloud: TestCloud): Promise<{ page: Page; url: string; cdp: CDPSession }> {
	const { page, context } = await openPage(t, { ignoreHTTPSErrors: true });
	const cdp = await context.newCDPSession(page);
	await cdp.send("WebAuthn.enable");
	await cdp.send("WebAuthn.addVirtualAuthenticator", {
		options: {
			protocol: "ctap2",
			transport: "internal",
			hasResidentKey: true,
			hasUserVerification: true,
			isUserVerified: true,
			automaticPresenceSimulation: true,
		},
	});
	return { page, url: `https://localhost:${cloud.port}`, cdp };
}

async function signUp(page: Page, url: string, name: string): Promise<void> {
	await page.goto(`${url}/sign-up`);
	await page.getByLabel("Name").fill(name);
	await page.getByLabel("Password").fill(PASSWORD);
	await page.getByRole("button", { name: "Make the account" }).click();
	await page.getByRole("link", { name: "I have them" }).click();
}

async function addPasskey(page: Page, url: string): Promise<void> {
	await page.goto(`${url}/profile/passkeys`);
	await page.getByLabel("Name of a new passkey").fill("My phone");
	await page.getByRole("button", { name: "Add a passkey" }).click();
	await page.getByText("My phone").waitFor();
}

describe("in a browser", { skip: noBrowser }, () => {
	test("a passkey is added, signs in without a name, and proves who sits there", async (t) => {
		const cloud = await startCloud(t);
		const { page, url } = await browserOf(t, cloud);
		await signUp(page, url, "ada");
		await addPasskey(page, url);
		await page.getByRole("button", { name: "Sign out" }).click();
		await page.goto(`${url}/sign-in?next=%2Fprofile`);
		await page.getByRole("button", { name: "Sign in with a passkey" }).click();
		await page.getByRole("heading", { name: "ada" }).waitFor();

		cloud.time.now += 6 * MINUTE;
		await page.goto(`${url}/profile/uuid`);
		await page.getByRole("button", { name: "Use a passkey" }).click();
		await page.getByRole("heading", { name: "Your UUID" }).waitFor();
		assert.match((await page.locator("code").textContent()) ?? "", /^[0-9a-f-]{36}$/);
		assert.match(await (await page.goto(`${url}/profile/passkeys`))!.text(), /For localhost, made .*, used /);
	});

	test("a passkey that was removed signs nobody in", async (t) => {
		const cloud = await startCloud(t);
		const { page, url } = await browserOf(t, cloud);
		await signUp(page, url, "ada");
		await addPasskey(page, url);
		await page.getByRole("button", { name: "Remove" }).click();
		await page.getByText("My phone").waitFor({ state: "detached" });
		await page.getByRole("button", { name: "Sign out" }).click();
		await page.getByRole("button", { name: "Sign in with a passkey" }).click();
		await page.getByText("This passkey is not known here.").waitFor();
	});

	test("a passkey of another account is no proof", async (t) => {
		const cloud = await startCloud(t);
		const { page, url } = await browserOf(t, cloud);
		await signUp(page, url, "ada");
		await addPasskey(page, url);
		await page.getByRole("button", { name: "Sign out" }).click();
		await signUp(page, url, "bob");
		cloud.time.now += 6 * MINUTE;
		await page.goto(`${url}/profile/uuid`);
		await page.getByRole("button", { name: "Use a passkey" }).click();
		await page.getByText("This passkey is of another account.").waitFor();
	});

	test("an answer to a question is taken once, and not after five minutes", async (t) => {
		const cloud = await startCloud(t);
		const { page, url } = await browserOf(t, cloud);
		await signUp(page, url, "ada");
		await addPasskey(page, url);
		await page.getByRole("button", { name: "Sign out" }).click();
		/** The answer of the passkey to a new question, kept from the server. */
		const answer = async () => {
			await page.goto(`${url}/sign-in`);
			await page.route("**/sign-in/passkey", (route) => route.abort());
			const request = page.waitForRequest("**/sign-in/passkey");
			await page.getByRole("button", { name: "Sign in with a passkey" }).click();
			return (await request).postDataJSON();
		};
		const give = async (data: object) => {
			await page.goto(`${url}/recover`);
			const token = await page.locator("form[action='/recover'] [name=_csrf]").inputValue();
			const headers = { "content-type": "application/json", "csrf-token": token };
			const response = await page.request.post(`${url}/sign-in/passkey`, { headers, data });
			return response.status();
		};
		const late = await answer();
		cloud.time.now += 6 * MINUTE;
		assert.equal(await give(late), 400);
		const right = await answer();
		assert.equal(await give(right), 200);
		assert.equal(await give(right), 400);
	});
});
