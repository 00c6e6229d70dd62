import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { compress, setupPage } from "../../scripts/setup-page.mjs";
import { noBrowser, openPage, type ViewOptions } from "../support/browser";
import { type Desk, firmware, type Scope, startDesk } from "../support/desk";

/** Of the network `Home` in the simulated air. */
const PASSWORD = "correct horse";
const PHONE: ViewOptions = {
	viewport: { width: 390, height: 844 },
	hasTouch: true,
	isMobile: true,
	ignoreHTTPSErrors: true,
};
/** ms */
const PATIENCE = 60_000;

describe("the page's file", () => {
	test("takes at most 8 KB compressed, is one file, and the same bytes each time", () => {
		const page = setupPage();
		assert.ok(compress(page).length <= 8_192, `${compress(page).length} bytes`);
		assert.deepEqual(compress(setupPage()), compress(page));
		assert.doesNotMatch(page, /<link|src=|url\(|@import/);
	});
});

describe("a phone in the access point", { skip: noBrowser }, () => {
	before(firmware);

	/** A device without an owner in the simulated air, and a phone that has opened the page as it is led there. */
	async function opened(scope: Scope, options: ViewOptions = {}): Promise<{ desk: Desk; page: Page }> {
		const desk = await startDesk(scope, { args: ["--wifi"] });
		const { page } = await openPage(scope, { ...PHONE, ...options });
		// Any name, as of a probe for a captive portal; the browser knows where that is.
		await page.goto(`${desk.http.replace("127.0.0.1", "page.example")}/hotspot-detect.html`);
		assert.equal(page.url(), `${desk.http}/setup`);
		await page.locator("a").first().click();
		await page.locator(".network").first().waitFor({ timeout: PATIENCE });
		return { desk, page };
	}

	async function connect(page: Page, network: number, password?: string): Promise<void> {
		await page.locator(".network").nth(network).tap();
		if (password !== undefined) await page.locator("#password").fill(password);
		await page.locator("#connect").tap();
	}

	const problem = async (page: Page): Promise<string> => {
		await page.locator("#problem:not([hidden])").waitFor({ timeout: PATIENCE });
		return (await page.locator("#problem").textContent()) ?? "";
	};

	async function violations(page: Page): Promise<string[]> {
		await page.evaluate(readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));
		return page.evaluate(
			`axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ": " + html)))`,
		);
	}

	test("becomes the owner, from the first redirect over a wrong password to the joined sensor", async (t) => {
		const { desk, page } = await opened(t);
		const complaints: string[] = [];
		page.on("pageerror", (error) => complaints.push(error.message));
		const names = await page.locator(".network > span").allTextContents();
		assert.deepEqual(
			names.map((name) => name.split(",")[0]),
			["Home", "Café", "No address", "Out of reach", "Another network"],
		);
		assert.deepEqual(await violations(page), []);
		await connect(page, 0, "wrong horse");
		assert.equal(await problem(page), "“Home” does not take this password.");
		assert.deepEqual(await violations(page), []);
		await connect(page, 0, PASSWORD);
		await page.locator("#done:not([hidden])").waitFor({ timeout: PATIENCE });
		assert.deepEqual(await violations(page), []);
		const uuid = (await page.locator("#key").textContent()) ?? "";
		assert.match(uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
		const links = await page.locator("#links a").allTextContents();
		assert.equal(links[1], `http://ambient16-${desk.udid}.local/`);
		assert.ok(!desk.output.includes(uuid));
		assert.deepEqual(complaints, []);
		// It is the owner's now.
		const identity = (await (await fetch(desk.http)).json()) as { paired: boolean };
		assert.equal(identity.paired, true);
	});

	test("is told when a network is not there, or gives no address, and may try another one", async (t) => {
		const { page } = await opened(t);
		await connect(page, 3, "long enough");
		assert.match(await problem(page), /was not found/);
		await connect(page, 1);
		await page.locator("#done:not([hidden])").waitFor({ timeout: PATIENCE });
		assert.match((await page.locator("#done-text").textContent()) ?? "", /Café/);
	});

	test("takes the UUID from the fragment of a link, which leaves the address", async (t) => {
		const { page } = await opened(t);
		const uuid = "0b8f5c2e-6a1d-4e3f-9b7a-5d2c1e0f4a68";
		await page.goto(`${page.url()}#${encodeURIComponent(JSON.stringify({ uuid }))}`);
		await page.reload();
		await page.locator(".network").first().waitFor({ timeout: PATIENCE });
		assert.ok(!page.url().includes(uuid));
		await connect(page, 1);
		await page.locator("#done:not([hidden])").waitFor({ timeout: PATIENCE });
		assert.equal(await page.locator("#key").textContent(), uuid);
	});

	test("with a damaged link it is told, and nothing is sent", async (t) => {
		const { page } = await opened(t);
		await page.goto(`${page.url()}#%7Bnonsense`);
		await page.reload();
		assert.match(await problem(page), /damaged/);
	});

	for (const [locale, word] of [
		["de-DE", "Verbinden"],
		["fr-CH", "Connecter"],
		["nl-NL", "Connect"],
	] as const)
		test(`the page speaks as the phone does: ${locale}`, async (t) => {
			const { page } = await opened(t, { locale });
			assert.equal(await page.locator("#connect").textContent(), word);
			assert.deepEqual(await violations(page), []);
		});

	test("fits 320 px and is legible in the dark, and every control is reached by keyboard", async (t) => {
		const { page } = await opened(t, { viewport: { width: 320, height: 568 }, colorScheme: "dark" });
		const width = await page.evaluate<number>("document.documentElement.scrollWidth");
		assert.ok(width <= 320, `${width} px`);
		assert.deepEqual(await violations(page), []);
		const reached: string[] = [];
		for (let i = 0; i < 3; i++) {
			await page.keyboard.press("Tab");
			reached.push(await page.evaluate<string>("document.activeElement.id || document.activeElement.name"));
		}
		assert.deepEqual(reached, ["network", "again", "connect"]);
	});

	test("without JavaScript the form pairs all the same", async (t) => {
		const desk = await startDesk(t, { args: ["--wifi"] });
		const { page } = await openPage(t, { ...PHONE, javaScriptEnabled: false });
		await page.goto(`${desk.https}/setup`);
		await page.locator("#ssid").fill("Home");
		await page.locator("#password").fill(PASSWORD);
		await page.locator("#uuid").fill("0b8f5c2e-6a1d-4e3f-9b7a-5d2c1e0f4a68");
		await page.locator("#connect").tap();
		await page.locator("a", { hasText: ".local" }).waitFor({ timeout: PATIENCE });
		const identity = (await (await fetch(desk.http)).json()) as { paired: boolean };
		assert.equal(identity.paired, true);
	});
});
