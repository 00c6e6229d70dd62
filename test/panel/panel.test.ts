import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { openPanel } from "../../hosts/desktop/panel/open";
import { ENTRIES, WINDOWS } from "../../hosts/desktop/panel/panel";
import { FakeTime } from "../fakes/host";
import { noBrowser } from "../support/browser";
import { type Desk, type Scope, startDesk } from "../support/desk";
import { Owner, untilOpen } from "../support/owner";
import { suiteScope } from "../support/scope";
import { look, until } from "./browser";

const PARTS = { udid: "10000fb38278", httpPort: 8080, httpsPort: 8443, clockRate: 3600, port: 0 };

const now = () => performance.timeOrigin + performance.now();

/** Waits until an element's text is that, or matches. */
async function reads(page: Page, selector: string, text: string | RegExp): Promise<void> {
	const element = page.locator(selector).first();
	await until(
		async () => {
			const content = (await element.textContent()) ?? "";
			return typeof text === "string" ? content === text : text.test(content);
		},
		() => `${selector} does not read ${text}`,
	);
}

/** A device with an owner and, at the address that is returned, a database that takes everything. */
async function furnish(t: Scope, desk: Desk): Promise<Owner> {
	const database = createServer((request, response) => {
		request.resume().on("end", () => response.writeHead(204).end());
	}).listen(0, "127.0.0.1");
	t.after(() => {
		database.close();
		database.closeAllConnections();
	});
	await new Promise((resolve) => database.once("listening", resolve));
	const owner = new Owner(desk.http);
	await owner.pair(desk.https);
	await untilOpen(() => owner.send({ setHttps: { enabled: true, idle: 3600, limit: 3600 } }));
	const url = `http://127.0.0.1:${(database.address() as AddressInfo).port}`;
	const commands = { setInflux: { url, database: "home" }, setHttps: { enabled: false } };
	const { status, text } = await untilOpen(() => owner.sendSigned(commands, desk.https));
	assert.equal(status, 200, text);
	return owner;
}

describe("the panel in a browser", { skip: noBrowser, timeout: 600_000 }, () => {
	const scope = suiteScope(after);
	let desk: Desk;
	/** Its time runs 20 times as fast. */
	let fast: Desk;
	before(async () => {
		[desk, fast] = await Promise.all([startDesk(scope), startDesk(scope, { args: ["--clock-rate", "20"] })]);
	});

	test("an outage and its recovery are shown, and done with the keyboard alone", async (t) => {
		await furnish(t, fast);
		const { page } = await look(t, fast.panel);
		await reads(page, ".sent", /^[1-9]\d* sent$/);
		const cross = page.locator(".cross");
		assert.equal(await cross.isVisible(), false);
		// The light, which shows an error for a moment, has the last word.
		await page.evaluate(`{
			const news = document.querySelector("#news");
			window.news = [];
			new MutationObserver(() => window.news.push(news.textContent)).observe(news, {
				characterData: true, childList: true, subtree: true,
			});
		}`);
		await page.locator("#network").focus();
		await page.keyboard.press("Space");
		await reads(page, ".way-text", "unplugged");
		await until(async () => /Network unplugged|Nothing can be sent/.test(await page.evaluate("news.join()")));
		await reads(page, ".number.waiting", /^([3-9]|\d\d+)$/);
		await reads(page, "#bands", /network unplugged/);
		assert.equal(await cross.isVisible(), true);
		assert.equal(await page.locator("#network").getAttribute("aria-checked"), "false");
		await page.keyboard.press("Enter");
		await reads(page, ".way-text", "");
		await reads(page, ".number.waiting", /^1?$/);
		await reads(page, "#points", /^[01] waiting, \d+ sent$/);
		assert.equal(await cross.isVisible(), false);
		assert.equal(await page.locator("#network").getAttribute("aria-checked"), "true");
	});

	for (const means of ["mouse", "keyboard"] as const)
		test(`the button, held with the ${means}, makes the device forget its owner`, async (t) => {
			const { page } = await look(t, fast.panel);
			if ((await page.locator("#owner").textContent()) !== "paired")
				// The window of before the reset may still be closing.
				await untilOpen(() => new Owner(fast.http).pair(fast.https));
			await reads(page, "#owner", "paired");
			const from = fast.events.length;
			const press = page.locator("#press");
			if (means === "mouse") {
				await press.hover();
				await page.mouse.down();
			} else {
				await press.focus();
				await page.keyboard.down("Space");
			}
			await reads(page, "#press", /^Held [1-9]/);
			await fast.waitFor(({ event }) => event === "reset", 15_000, from);
			await reads(page, "#owner", /^none/);
			if (means === "mouse") await page.mouse.up();
			else await page.keyboard.up("Space");
			await reads(page, "#press", "Press and hold");
		});

	test("wide and narrow, light and dark it is accessible, does not scroll sideways and asks nobody else", async (t) => {
		await fast.waitFor(({ event }) => event === "window");
		const { page, requests, complaints } = await look(t, fast.panel);
		const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
		await page.evaluate(readFileSync(axe, "utf8"));
		await page.locator("#network").click();
		await reads(page, "figcaption .value", /\d/);
		for (const width of [1120, 390, 360])
			for (const colorScheme of ["light", "dark"] as const) {
				await page.setViewportSize({ width, height: 800 });
				await page.emulateMedia({ colorScheme });
				const sideways = await page.evaluate(`document.documentElement.scrollWidth > innerWidth`);
				const faults = await page.evaluate<string[]>(
					`axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ": " + html)))`,
				);
				assert.deepEqual([sideways, faults], [false, []], `${width} px, ${colorScheme}`);
			}
		await page.locator("#network").click();
		assert.deepEqual(complaints, []);
		for (const url of requests) assert.ok(url.startsWith(`${fast.panel}/`), url);
	});

	test("its LED follows setColor", async (t) => {
		const owner = new Owner(desk.http);
		await owner.pair(desk.https);
		const { page } = await look(t, desk.panel);
		await page.evaluate(`{
			const scene = document.querySelector("#scene");
			window.seen = {};
			new MutationObserver(() => {
				window.seen[scene.dataset.light] ??= performance.timeOrigin + performance.now();
			}).observe(scene, { attributes: true, attributeFilter: ["data-light"] });
		}`);
		const delays: number[] = [];
		for (const color of ["#0000ff", "#00ff00", "#ff8000", "#123456", "#ffffff"]) {
			const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
			const lit = desk
				.waitFor((it) => it.event === "led" && it.red === red && it.green === green && it.blue === blue)
				.then(now);
			await owner.send({ setColor: { color, effect: "solid" } });
			await until(() => page.evaluate(`window.seen["${color}"] !== undefined`));
			delays.push((await page.evaluate<number>(`window.seen["${color}"]`)) - (await lit));
		}
		await reads(page, "#light-text", "white shines");
		// Below 100 unless the machine is busy. That nothing is held back for longer than a frame is shown without clocks.
		t.diagnostic(`from the event to the page: ${delays.map((delay) => delay.toFixed(1)).join(", ")} ms`);
	});

	test("the button held shortly, and the press of a screen reader, reset nothing", async (t) => {
		const { page } = await look(t, desk.panel);
		await reads(page, "#owner", "paired");
		await page.locator("#press").focus();
		await page.keyboard.press("Enter");
		await reads(page, "#log", /button: pressed.*|button: released/);
		await page.evaluate(`document.querySelector("#press").click()`);
		const released = page.getByRole("cell", { name: "button: released" });
		await until(async () => (await released.count()) === 2);
		assert.ok(!desk.events.some(({ event }) => event === "reset"));
	});

	test("every control is reached with Tab, in its order, and shows that it has the focus", async (t) => {
		const { page } = await look(t, desk.panel);
		const reached: string[] = [];
		for (let i = 0; i < 9; i++) {
			await page.keyboard.press("Tab");
			const [id, outline] = await page.evaluate<[string, string]>(`{
				const it = document.activeElement;
				const shown = it.matches("input") ? it.nextElementSibling : it;
				[it.id || it.name, getComputedStyle(shown).outlineStyle];
			}`);
			assert.equal(outline, "solid", id);
			reached.push(id);
		}
		assert.deepEqual(reached, [
			"press",
			"press-long",
			"wave-left",
			"wave-right",
			"breathe",
			"network",
			"power",
			"span",
			"log",
		]);
	});

	test("without power it is dark; plugged in again it starts anew", async (t) => {
		const { page } = await look(t, desk.panel);
		await reads(page, "#token", /^[a-z]{8}$/);
		const token = await page.locator("#token").textContent();
		await page.locator("#power").click();
		await reads(page, ".power-text", "no power");
		await reads(page, "#token", "–");
		assert.equal(await page.locator("#scene").getAttribute("data-light"), "#000000");
		await page.locator("#power").click();
		await reads(page, "#token", /^[a-z]{8}$/);
		assert.notEqual(await page.locator("#token").textContent(), token);
	});

	test("it says when nobody serves it any more", async (t) => {
		const { page } = await look(t, desk.panel);
		assert.equal(await page.locator("#lost").isVisible(), false);
		await desk.stop();
		await page.locator("#lost").waitFor({ state: "visible" });
	});

	/** A panel without a device, whose clock the test moves. */
	async function openWith(t: Scope) {
		const clock = new FakeTime();
		const opened = await openPanel({ ...PARTS, clockRate: 1, clock });
		assert.ok(opened);
		t.after(() => opened.close());
		const measure = (readings: Record<string, number>) => {
			clock.advance(10_000);
			opened.panel.event({ event: "window", time: clock.now() / 1000 - 10, readings });
		};
		return { ...opened, clock, measure, url: `http://127.0.0.1:${opened.port}/` };
	}

	test("readings are the numbers and units of the command line", async (t) => {
		const { measure, url } = await openWith(t);
		measure({
			temperature: 21.37,
			humidity: 41.2,
			pressure: 101_325,
			illuminance: 183,
			co2: 612,
			motion: 27.75,
		});
		const { page } = await look(t, url);
		await reads(page, "figcaption .value", "21.37");
		const shown = await page.locator("figcaption").allTextContents();
		assert.deepEqual(shown, [
			"Temperature21.37°C",
			"Humidity41.2%",
			"CO₂612ppm",
			"Pressure101325Pa",
			"Illuminance183lx",
			"Motion27.75in 10 s",
			"Points waiting for the database0",
		]);
	});

	test("readings look stale when the power or the desk is gone", async (t) => {
		const { measure, panel, url, close } = await openWith(t);
		measure({ temperature: 21 });
		const { page } = await look(t, url);
		const weight = () =>
			page.evaluate<string>(`getComputedStyle(document.querySelector("figcaption .value")).fontWeight`);
		await reads(page, "figcaption .value", "21");
		assert.equal(await weight(), "600");
		panel.touch({ power: false });
		await reads(page, "#age", /^Last measured at \d/);
		assert.equal(await weight(), "400");
		panel.touch({ power: true });
		await until(async () => (await weight()) === "600");
		close();
		await until(async () => (await weight()) === "400");
		const clock = await page.locator("#clock").textContent();
		await new Promise((resolve) => setTimeout(resolve, 1_100));
		assert.equal(await page.locator("#clock").textContent(), clock);
	});

	test("a panel shows minutes as long as there are no hours", async (t) => {
		const { measure, url } = await openWith(t);
		const chosen = async () => {
			const { page } = await look(t, url);
			return page.locator("#spans input:checked").getAttribute("value");
		};
		assert.equal(await chosen(), "600");
		for (let window = 0; window < 62; window++) measure({ temperature: 21 });
		assert.equal(await chosen(), "3600");
	});

	test("without an owner it says how to pair, and for how long that goes; in HTTPS mode, for how long", async (t) => {
		const { panel, url } = await openWith(t);
		panel.event({ event: "pairing", open: true });
		const { page } = await look(t, url);
		await reads(page, "#pair-command", "npm run --silent ambient16 -- pair");
		await reads(page, "#pair-left", /^(10:00|9:5\d) left$/);
		panel.event({ event: "pairing", open: false });
		await reads(page, "#pair-how", /press its button/);
		panel.event({ event: "paired", paired: true });
		await page.locator("#pair").waitFor({ state: "hidden" });
		panel.event({ event: "mode", mode: "https" });
		panel.event({ event: "https", idle: 120, limit: 900 });
		await reads(page, "#mode-left", /^(2:00|1:5\d) left$/);
		panel.event({ event: "mode", mode: "http" });
		await reads(page, "#mode-left", "");
	});

	test("on a phone no fact, no button and no title of a plot takes a second line", async (t) => {
		const { panel, measure, url } = await openWith(t);
		measure({ temperature: 21.37, pressure: 101_325, co2: 1_612, motion: 127.75 });
		panel.event({ event: "led", red: 255, green: 255, blue: 255, effect: "pairing" });
		panel.event({ event: "token", token: "abcdefgh" });
		panel.event({ event: "pairing", open: true });
		const { page } = await look(t, url);
		await page.setViewportSize({ width: 390, height: 800 });
		await reads(page, "#pair-command", /pair$/);
		const wrapped = () =>
			page.evaluate<string[]>(
				`[...document.querySelectorAll("dd, button, figcaption, label, #pair-how, #pair-command, .title")]
					.filter((it) => !it.hidden && it.getClientRects().length > 0)
					.filter((it) => {
						const range = document.createRange();
						range.selectNodeContents(it);
						const tops = [...range.getClientRects()].filter(({ width }) => width > 0);
						return Math.max(...tops.map(({ bottom }) => bottom)) - Math.min(...tops.map(({ top }) => top)) > 30;
					})
					.map((it) => it.textContent)`,
			);
		assert.deepEqual(await wrapped(), []);
		panel.event({ event: "paired", paired: true });
		panel.event({ event: "mode", mode: "https" });
		panel.event({ event: "https", idle: 3600, limit: 3600 });
		await reads(page, "#mode-left", / left$/);
		assert.deepEqual(await wrapped(), []);
	});

	test("a wave and a breath are seen", async (t) => {
		const { panel, url } = await openWith(t);
		const { page } = await look(t, url);
		const has = (name: string) => page.locator(`#scene.${name}`).waitFor({ state: "attached" });
		panel.event({ event: "motion", motion: "right-to-left" });
		await has("is-passed-left");
		panel.breathe();
		await has("is-breathed");
	});

	test("hours are written as the browser's language does", async (t) => {
		const { panel, url } = await openWith(t);
		panel.event({ event: "token", token: "abcdefgh" });
		for (const [locale, pattern] of [
			["en-US", /\d\d:\d\d:\d\d.(AM|PM)/],
			["de-DE", /^\d\d:\d\d:\d\d$/],
		] as const) {
			const { page } = await look(t, url, locale);
			await reads(page, "#log td", pattern);
		}
	});

	test("an update is told with what is fetched of it, until the power goes", async (t) => {
		const opened = await openPanel({ ...PARTS, clock: new FakeTime() });
		assert.ok(opened);
		t.after(() => opened.close());
		const { panel, port } = opened;
		const { page } = await look(t, `http://127.0.0.1:${port}/`);
		assert.equal(await page.locator("#update").isVisible(), false);
		panel.event({ event: "update", state: "downloading", version: "1.1.0", percent: 40 });
		await reads(page, "#update", "downloading 1.1.0, 40 %");
		assert.equal(await page.locator("progress").getAttribute("value"), "40");
		await reads(page, "#log", /update: downloading 1\.1\.0 40 %/);
		panel.event({ event: "update", state: "failed", version: "1.1.0", error: "the signature is wrong" });
		await reads(page, "#update", "failed 1.1.0: the signature is wrong");
		assert.equal(await page.locator("progress").isVisible(), false);
		panel.touch({ power: false });
		await page.locator("#update").waitFor({ state: "hidden" });
	});

	test("why and when it started, and its last problem, are told until the power goes", async (t) => {
		const opened = await openPanel({ ...PARTS, clock: new FakeTime() });
		assert.ok(opened);
		t.after(() => opened.close());
		const { panel, port } = opened;
		const { page } = await look(t, `http://127.0.0.1:${port}/`);
		panel.event({ event: "start", version: "1.0.0", reset: "watchdog" });
		await reads(page, "#started", /^\d.*, after it hung$/);
		assert.equal(await page.locator("#problem").isVisible(), false);
		panel.event({ event: "problem", message: "database: it answers 503" });
		await reads(page, "#problem", /^\d.*, database: it answers 503$/);
		panel.event({ event: "start", version: "1.0.0", reset: "restart" });
		await reads(page, "#started", /by order$/);
		await page.locator("#problem").waitFor({ state: "hidden" });
		panel.touch({ power: false });
		await reads(page, "#started", "–");
	});

	test("three days of device time need no more memory than one", async (t) => {
		const clock = new FakeTime();
		const opened = await openPanel({ ...PARTS, clock });
		assert.ok(opened);
		t.after(() => opened.close());
		const { panel, port } = opened;
		const { page, context } = await look(t, `http://127.0.0.1:${port}/`);
		const session = await context.newCDPSession(page);
		/** An hour at a time, as at the highest clock rate. */
		const day = async () => {
			for (let windows = 0; windows < WINDOWS; windows += 360) {
				for (let window = 0; window < 360; window++) {
					clock.advance(10_000);
					const wave = Math.sin(clock.now() / 1e7);
					const readings = { temperature: 20 + wave, co2: 800 + wave, pressure: 101_325 + wave };
					panel.event({ event: "window", time: clock.now() / 1000, readings });
					panel.event({ event: "problem", message: `${window}` });
					panel.glow(window % 256, 0, 0);
				}
				panel.touch({ network: windows % 720 === 0 });
				await new Promise((resolve) => setTimeout(resolve, 20));
			}
			const { light } = panel.whole().state!;
			await until(async () => (await page.locator("#scene").getAttribute("data-light")) === light);
			// Paints what it has put off.
			await new Promise((resolve) => setTimeout(resolve, 500));
			await session.send("HeapProfiler.collectGarbage");
			const { usedSize } = await session.send("Runtime.getHeapUsage");
			const { nodes } = await session.send("Memory.getDOMCounters");
			const rows = await page.locator("#log tbody tr").count();
			return { heap: usedSize, nodes, rows };
		};
		const days = [await day(), await day(), await day()] as const;
		t.diagnostic(days.map(({ heap, nodes }) => `${(heap / 1e6).toFixed(1)} MB, ${nodes} nodes`).join("; "));
		// A day of windows is more than 0.5 MB.
		assert.ok(days[2].heap - days[1].heap < 300_000, "the heap grows");
		assert.ok(days[2].nodes - days[1].nodes < 100, "the document grows");
		assert.equal(days[2].rows, ENTRIES);
	});
});
