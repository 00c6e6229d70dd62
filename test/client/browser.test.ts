import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { Sensor } from "../../client/node";
import { startDesk, temporaryFolder } from "../support/desk";

type Scope = Parameters<typeof startDesk>[0];

const CLIENT = fileURLToPath(new URL("../../client/browser.ts", import.meta.url));
const browser = ["chromium", "chromium-browser", "google-chrome"].find(
	(name) => spawnSync(name, ["--version"]).status === 0,
);

/** Opens a page of `host` in Chromium and resolves with what its `program` reports. */
async function open(t: Scope, host: string, program: string): Promise<unknown> {
	const { outputFiles } = await build({
		stdin: {
			contents: `import * as ambient16 from ${JSON.stringify(CLIENT)};
				const run = async ({ Sensor }) => { ${program} };
				const report = await run(ambient16).catch((error) => error.name);
				await fetch("/report", { method: "POST", body: JSON.stringify(report) });`,
			resolveDir: fileURLToPath(new URL("../..", import.meta.url)),
		},
		bundle: true,
		write: false,
		platform: "browser",
		format: "esm",
		logLevel: "error",
	});
	let end = async () => {};
	t.after(() => end());
	// Erased after that: what has to be done at the end is done in this order.
	const profile = temporaryFolder(t);
	const page = `<!doctype html><script type="module">${outputFiles[0]?.text}</script>`;
	return new Promise((resolve, reject) => {
		const server = createServer((request, response) => {
			if (request.method !== "POST") {
				response.setHeader("Content-Type", "text/html; charset=utf-8").end(page);
				return;
			}
			let body = "";
			request.on("data", (chunk) => {
				body += chunk;
			});
			request.on("end", () => {
				response.end();
				resolve(JSON.parse(body));
			});
		});
		server.listen(0, "127.0.0.1", () => {
			const origin = `http://${host}:${(server.address() as AddressInfo).port}`;
			const child = spawn(browser ?? "", [
				"--headless",
				"--no-sandbox",
				"--disable-gpu",
				"--remote-debugging-port=0",
				`--user-data-dir=${profile}`,
				`--host-resolver-rules=MAP ${host} 127.0.0.1`,
				// Signing takes a secure context, which any page of HTTPS is.
				`--unsafely-treat-insecure-origin-as-secure=${origin}`,
				`${origin}/`,
			]);
			end = async () => {
				child.kill();
				server.close();
				server.closeAllConnections();
				if (child.exitCode === null && child.signalCode === null)
					await new Promise((gone) => child.once("close", gone));
			};
			child.on("error", reject);
			setTimeout(() => reject(new Error("the page reported nothing")), 30_000).unref();
		});
	});
}

const skip = browser ? false : "Chromium is not installed";

test("a page of the home uses the sensor, and sees why it is refused", { skip }, async (t) => {
	const desk = await startDesk(t);
	const uuid = await new Sensor(desk.http).pair({ httpsUrl: desk.https });
	const program = `
		const sensor = new Sensor(${JSON.stringify(desk.http)}, { uuid: ${JSON.stringify(uuid)} });
		const { color } = await sensor.setColor("lime", { duration: 3 });
		const refused = await sensor.setColor("no such").catch(({ status, code }) => [status, code]);
		return [(await sensor.info()).udid, color, Object.keys(await sensor.data()), refused];`;
	assert.deepEqual(await open(t, "localhost", program), [
		desk.udid,
		"#00ff00",
		["window", "events"],
		[400, "invalid-field"],
	]);
});

test("a page from elsewhere does not even learn that there is a sensor", { skip }, async (t) => {
	const desk = await startDesk(t);
	const program = `return (await new Sensor(${JSON.stringify(desk.http)}).info()).udid;`;
	assert.equal(await open(t, "page.example", program), "UnreachableError");
});
