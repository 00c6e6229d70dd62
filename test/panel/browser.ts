import { existsSync } from "node:fs";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { type Scope, temporaryFolder } from "../support/desk";

const CHROMIUM = "/usr/bin/chromium";
/** ms */
const PATIENCE = 15_000;

/** Why there is no browser; undefined if there is one. */
export const noBrowser = existsSync(CHROMIUM)
	? undefined
	: `there is no ${CHROMIUM}: Debian's package chromium has it`;

/** What a page has asked for, and what it complained about. */
export interface Diary {
	requests: string[];
	complaints: string[];
}

export interface View extends Diary {
	page: Page;
	context: BrowserContext;
}

/** A page in a browser without a past, wide as a desk's or, with `width`, as a phone's. */
export async function look(scope: Scope, url: string, width = 1120, dark = false): Promise<View> {
	const context = await chromium.launchPersistentContext(temporaryFolder(scope), {
		executablePath: CHROMIUM,
		viewport: { width, height: 800 },
		colorScheme: dark ? "dark" : "light",
		args: [
			...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
			"--disable-gpu",
			"--disable-quic",
			"--no-first-run",
			"--disable-background-networking",
			"--disable-component-update",
			"--disable-sync",
		],
	});
	scope.after(() => context.close());
	const page = context.pages()[0] ?? (await context.newPage());
	const requests: string[] = [];
	const complaints: string[] = [];
	page.on("request", (request) => requests.push(request.url()));
	page.on("console", (message) => {
		if (["error", "warning"].includes(message.type())) complaints.push(message.text());
	});
	page.on("pageerror", (error) => complaints.push(error.message));
	await page.goto(url);
	await until(async () => (await page.locator("#udid").textContent()) !== "");
	return { page, context, requests, complaints };
}

/** Asks until it is so: the page's policy keeps Playwright from waiting inside of it. */
export async function until(
	condition: () => Promise<boolean>,
	complaint = () => "it did not come",
): Promise<void> {
	const limit = performance.now() + PATIENCE;
	while (!(await condition())) {
		if (performance.now() > limit) throw new Error(complaint());
		await new Promise((resolve) => setTimeout(resolve, 10));
	}
}
