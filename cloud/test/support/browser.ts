import { after } from "node:test";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { LAUNCH } from "../../../test/support/browser";
import type { Scope } from "./cloud";
import type { Visitor } from "./visitor";

export { noBrowser } from "../../../test/support/browser";

/** ms that something in a page may take: a loaded machine is slow. */
const PATIENCE = 60_000;

let launched: Promise<Browser> | undefined;
after(async () => (await launched)?.close());

/** An empty page in a browser that trusts the server, and in which this visitor is signed in. */
export async function openPage(
	scope: Scope,
	visitor: Visitor,
	options: BrowserContextOptions = {},
): Promise<Page> {
	// What a person does by hand: without it no service worker is taken.
	launched ??= chromium.launch({ ...LAUNCH, args: [...LAUNCH.args, "--ignore-certificate-errors"] });
	const context = await (await launched).newContext({
		baseURL: `https://localhost:${visitor.cloud.port}`,
		viewport: { width: 1120, height: 800 },
		locale: "en-GB",
		...options,
	});
	scope.after(() => context.close());
	await context.addCookies(
		[...visitor.cookies].map(([name, value]) => ({
			name,
			value,
			url: `https://localhost:${visitor.cloud.port}`,
			secure: true,
			httpOnly: true,
			sameSite: "Lax" as const,
		})),
	);
	context.setDefaultTimeout(PATIENCE);
	return context.newPage();
}
