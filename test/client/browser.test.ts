import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { Sensor } from "../../client/node";
import { noBrowser, openPage } from "../support/browser";
import { type Desk, type Scope, startDesk } from "../support/desk";
import { suiteScope } from "../support/scope";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The library as a bundler makes it for a page. */
async function bundled(): Promise<string> {
	const { outputFiles } = await build({
		stdin: {
			contents: 'import * as ambient16 from "./client/browser.ts"; Object.assign(globalThis, ambient16);',
			resolveDir: ROOT,
		},
		bundle: true,
		write: false,
		platform: "browser",
		format: "esm",
		logLevel: "error",
	});
	return outputFiles[0]?.text ?? "";
}

describe("in a browser", { skip: noBrowser, timeout: 600_000 }, () => {
	const scope = suiteScope(after);
	let desk: Desk;
	let uuid: string;
	let site: number;
	before(async () => {
		desk = await startDesk(scope);
		uuid = await new Sensor(desk.http).pair({ httpsUrl: desk.https });
		const page = `<!doctype html><link rel="icon" href="data:,"><script type="module">${await bundled()}</script>`;
		const server = createServer((_request, response) =>
			response.setHeader("Content-Type", "text/html; charset=utf-8").end(page),
		);
		scope.after(() => {
			server.close();
			server.closeAllConnections();
		});
		await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
		site = (server.address() as AddressInfo).port;
	});

	/** What `program` returns in a page of `host`; of an error its name. */
	async function within(t: Scope, host: string, program: string): Promise<unknown> {
		const { page } = await openPage(t);
		await page.goto(`http://${host}:${site}/`);
		const sensor = `new Sensor(${JSON.stringify(desk.http)}, { uuid: ${JSON.stringify(uuid)} })`;
		return page.evaluate(
			`(async () => { const sensor = ${sensor}; ${program} })().catch((error) => error.name)`,
		);
	}

	test("a page of the home uses the sensor, and sees why it is refused", async (t) => {
		const program = `
			const { color } = await sensor.setColor("lime", { duration: 3 });
			const refused = await sensor.setColor("no such").catch(({ status, code }) => [status, code]);
			return [(await sensor.info()).udid, color, Object.keys(await sensor.data()), refused];`;
		assert.deepEqual(await within(t, "localhost", program), [
			desk.udid,
			"#00ff00",
			["window", "events"],
			[400, "invalid-field"],
		]);
	});

	test("a page cannot look at certificates, and is told so before anything is sent", async (t) => {
		const requests = () => desk.events.filter(({ event }) => event === "request").length;
		const before = requests();
		assert.equal(await within(t, "localhost", "return sensor.overHttps(async () => {});"), "UsageError");
		assert.equal(requests(), before);
	});

	test("a page from elsewhere does not even learn that there is a sensor", async (t) => {
		const program = "return (await sensor.info()).udid;";
		assert.equal(await within(t, "page.example", program), "UnreachableError");
	});
});
