import { openPage, type View } from "../support/browser";
import type { Scope } from "../support/desk";

/** ms */
const PATIENCE = 60_000;

/** A page, what it has asked for, and what it complained about. */
export interface Sight extends View {
	requests: string[];
	complaints: string[];
}

/** Opens a panel. */
export async function look(scope: Scope, url: string, locale = "en-US"): Promise<Sight> {
	const view = await openPage(scope, locale === undefined ? {} : { locale });
	const { page } = view;
	const requests: string[] = [];
	const complaints: string[] = [];
	page.on("request", (request) => requests.push(request.url()));
	page.on("console", (message) => {
		if (["error", "warning"].includes(message.type())) complaints.push(message.text());
	});
	page.on("pageerror", (error) => complaints.push(error.message));
	await page.goto(url);
	await until(async () => (await page.locator("#udid").textContent()) !== "");
	return { ...view, requests, complaints };
}

/** Asks until it is so: the page's policy keeps Playwright from waiting inside of it. */
export async function until(
	condition: () => Promise<boolean>,
	complaint = () => "it did not come",
): Promise<void> {
	const limit = performance.now() + PATIENCE;
	while (!(await condition())) {
		if (performance.now() > limit) throw new Error(complaint());
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}
