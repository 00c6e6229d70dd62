import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, test } from "node:test";
import type { BrowserContextOptions, Page } from "playwright-core";
import type { Room } from "../../bench/house";
import { pointsOf, ROOMS } from "../../bench/house";
import { noBrowser, openPage } from "../support/browser";
import { ask, type Scope, startCloud, type TestCloud } from "../support/cloud";
import { insertSensor } from "../support/rows";
import { signUp, type Visitor } from "../support/visitor";

const DAY = 86_400;
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

interface House extends TestCloud {
	visitor: Visitor;
}

/** A kitchen that has measured for two days, and a cellar that has not yet. */
async function startHouse(scope: Scope): Promise<House> {
	const cloud = await startCloud(scope);
	const visitor = await signUp(cloud, "ada");
	const { database, points } = cloud.services;
	const { id: account } = await database.selectFrom("accounts").select("id").executeTakeFirstOrThrow();
	for (const id of ["kitchen", "cellar"])
		await insertSensor(database, { id, account, name: `The ${id}`, token: `token-of-${id}` });
	const now = Math.floor(cloud.time.now / 1000);
	await points.write("kitchen", [...pointsOf(ROOMS.Office as Room, now - 2 * DAY, now - 20)]);
	return { ...cloud, visitor };
}

/** Opens a page, with what the browser complains about and what it asks for. */
async function look(t: Scope, house: House, path: string, options: BrowserContextOptions = {}) {
	const page = await openPage(t, house.visitor, options);
	const complaints: string[] = [];
	page.on("console", (message) => {
		if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
	});
	page.on("pageerror", (error) => complaints.push(error.message));
	await page.goto(path);
	return { page, complaints };
}

async function measure(house: House, sensor: string, co2: number): Promise<void> {
	const time = Math.floor(house.time.now / 10_000) * 10;
	const { status } = await ask(house, "/api/v2/write?precision=s", {
		method: "POST",
		headers: { authorization: `Token token-of-${sensor}`, "content-type": "text/plain" },
		body: `ambient16,udid=${sensor === "kitchen" ? "10000fb38278" : "200000000000"} temperature=21.5,humidity=40,co2=${co2},motionEvents=0i ${time}`,
	});
	assert.equal(status, 204);
}

const reads = (page: Page, place: string, pattern: RegExp) =>
	page.locator(place).filter({ hasText: pattern }).first().waitFor();

/** How many pixels of a plot are painted. */
const painted = (page: Page, quantity: string) =>
	page.evaluate<number>(`(() => {
		const canvas = document.querySelector("[data-quantity=${quantity}] canvas");
		const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
		return data.filter((value, index) => index % 4 === 3 && value > 0).length;
	})()`);

describe("readings in a browser", { skip: noBrowser, timeout: 300_000 }, () => {
	test("a sensor's plots show the day, the week and the year, and what a finger or mouse points at", async (t) => {
		const house = await startHouse(t);
		const { page, complaints } = await look(t, house, "/sensors/kitchen");
		await reads(page, "[data-quantity=temperature] .range", /^\d+\.\d to \d+\.\d$/);
		for (const quantity of ["temperature", "co2", "pressure"])
			assert.ok((await painted(page, quantity)) > 5000);
		await page.locator("[data-quantity=co2] .u-over").hover();
		await reads(page, "[data-quantity=temperature] .range", /^\w+,? \d\d:\d\d$/);
		for (const span of ["Week", "Year"]) {
			await page.getByRole("link", { name: span }).click();
			await reads(page, "[data-quantity=temperature] .range", /^\d+\.\d to \d+\.\d$/);
			assert.equal(await page.locator(".spans [aria-current]").textContent(), span);
		}
		await page.getByRole("link", { name: "Day" }).click();
		await page.getByRole("link", { name: "Earlier" }).click();
		await reads(page, ".when", /^until /);
		await page.getByRole("link", { name: "Later" }).click();
		await reads(page, ".when", /^Last 24 hours$/);
		assert.deepEqual(complaints, []);
	});

	test("values follow what is measured, without the page being loaded again", async (t) => {
		const house = await startHouse(t);
		const { page: list } = await look(t, house, "/sensors");
		const { page: sensor } = await look(t, house, "/sensors/kitchen");
		await reads(sensor, "[data-quantity=co2] .range", /to/);
		for (const page of [list, sensor]) await page.evaluate("window.isTheSame = true");
		while (house.services.live.pages < 2) await new Promise((resolve) => setTimeout(resolve, 20));
		await measure(house, "kitchen", 2345);
		for (const page of [list, sensor]) {
			await reads(page, "[data-quantity=co2] .value", /^2345$/);
			assert.equal(await page.evaluate("window.isTheSame"), true);
		}
		await reads(list, "[data-sensor=kitchen] .air", /open a window/);
		// One that was not heard before gets its place.
		await measure(house, "cellar", 777);
		await reads(list, "[data-sensor=cellar] .value", /^777$/);
	});

	test("wide and narrow, light and dark they are accessible, do not scroll sideways and ask nobody else", async (t) => {
		const house = await startHouse(t);
		const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
		for (const path of ["/sensors", "/sensors/kitchen?span=week", "/sensors/cellar"]) {
			const { page, complaints } = await look(t, house, "about:blank");
			page.on("request", (request) => {
				assert.equal(new URL(request.url()).origin, `https://localhost:${house.port}`);
			});
			await page.goto(path);
			if (path.includes("kitchen")) await reads(page, "[data-quantity=co2] .range", /to/);
			await page.evaluate(axe);
			for (const width of [1120, 390, 320])
				for (const colorScheme of ["light", "dark"] as const) {
					await page.setViewportSize({ width, height: 800 });
					await page.emulateMedia({ colorScheme });
					const sideways = await page.evaluate("document.documentElement.scrollWidth > innerWidth");
					const faults = await page.evaluate<string[]>(
						`axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ": " + html)))`,
					);
					assert.deepEqual([sideways, faults], [false, []], `${path}, ${width} px, ${colorScheme}`);
				}
			assert.deepEqual(complaints, [], path);
		}
	});

	test("as an App it keeps what is everybody's, and nothing of anybody's; without the server it says so", async (t) => {
		const house = await startHouse(t);
		const { page, complaints } = await look(t, house, "/sensors", PHONE);
		await page.evaluate("navigator.serviceWorker.ready.then(() => true)");
		// What was loaded before went past it.
		await page.reload();
		await page.goto("/sensors/kitchen");
		await reads(page, "[data-quantity=co2] .range", /to/);
		const kept = await page.evaluate<string[]>(`(async () => {
			const urls = [];
			for (const name of await caches.keys())
				for (const { url } of await (await caches.open(name)).keys()) urls.push(new URL(url).pathname);
			return urls;
		})()`);
		assert.ok(kept.includes("/assets/style.css") && kept.includes("/assets/uplot.js"), `${kept}`);
		for (const path of kept) assert.match(path, /^\/assets\//);
		assert.deepEqual(complaints, []);
		await house.close();
		await page.goto("/sensors");
		await reads(page, "h1", /No connection/);
	});

	test("it can be installed: its manifest has what is wanted, and its icons are as large as it says", async (t) => {
		const house = await startHouse(t);
		const { page } = await look(t, house, "/sensors");
		const manifest = JSON.parse(
			await page.evaluate(`(async () => {
			const { href } = document.querySelector("link[rel=manifest]");
			const response = await fetch(href);
			if (!response.headers.get("content-type").startsWith("application/manifest+json")) throw new Error("type");
			return response.text();
		})()`),
		);
		assert.equal(manifest.display, "standalone");
		assert.equal(manifest.start_url, "/sensors");
		for (const { src, sizes, type } of manifest.icons) {
			if (type !== "image/png") continue;
			const { width, height } = await page.evaluate<{ width: number; height: number }>(`(async () => {
				const image = new Image();
				image.src = ${JSON.stringify(src)};
				await image.decode();
				return { width: image.naturalWidth, height: image.naturalHeight };
			})()`);
			assert.equal(`${width}x${height}`, sizes);
		}
	});
});
