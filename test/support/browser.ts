import { existsSync } from "node:fs";
import { after } from "node:test";
import {
	type Browser,
	type BrowserContext,
	type BrowserContextOptions,
	chromium,
	type Page,
} from "playwright-core";
import type { Scope } from "./desk";

const CHROMIUM = "/usr/bin/chromium";

/** Why there is no browser; undefined if there is one. */
export const noBrowser = existsSync(CHROMIUM)
	? undefined
	: `there is no ${CHROMIUM}: Debian's package chromium has it`;

export interface View {
	page: Page;
	context: BrowserContext;
}

/** As it is started, whatever is tested. */
export const LAUNCH = {
	executablePath: CHROMIUM,
	args: [
		...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
		"--disable-gpu",
		"--disable-quic",
		"--no-first-run",
		"--disable-background-networking",
		"--disable-component-update",
		"--disable-sync",
		// A page from elsewhere, on this machine.
		"--host-resolver-rules=MAP page.example 127.0.0.1",
	],
};

let launched: Promise<Browser> | undefined;
after(async () => (await launched)?.close());

/** The one browser of a test file. */
function browser(): Promise<Browser> {
	launched ??= chromium.launch(LAUNCH);
	return launched;
}

/** What a browser is like, beside what it is usually. */
export type ViewOptions = BrowserContextOptions;

/** An empty page in a browser without a past, as wide as a desk's. */
export async function openPage(scope: Scope, options: ViewOptions = {}): Promise<View> {
	const usual = { viewport: { width: 1120, height: 800 }, locale: "en-US" };
	const context = await (await browser()).newContext({ ...usual, ...options });
	scope.after(() => context.close());
	return { page: await context.newPage(), context };
}
