import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { openFlash } from "../../../hosts/desktop/flash";
import { roundOf } from "./flash-value";
import { makeFolder } from "./folder";

const PROCESSES = 20;
/** Each writes to a folder of its own, and is stopped where it happens to be. */
const THREADS = 10;

test("kill -9 at any instant, 200 times: every value is whole, the old or the new one", async (t) => {
	const folder = makeFolder(t);
	const script = bundle(join(folder, "writer.cjs"));
	let written = 0;
	let unfinished = 0;
	for (let i = 0; i < PROCESSES; i++) {
		const folders = Array.from({ length: THREADS }, (_, n) => join(folder, `${i}-${n}`));
		for (const each of folders) mkdirSync(each);
		const child = spawn(process.execPath, [script, ...folders], { stdio: ["ignore", "ignore", "inherit"] });
		t.after(() => child.kill("SIGKILL"));
		const exit = once(child, "exit");
		while (!folders.every((each) => existsSync(join(each, "value")))) {
			assert.equal(child.exitCode, null, "the writers go on until they are killed");
			await pause(1);
		}
		await pause(Math.random() * 20);
		child.kill("SIGKILL");
		assert.deepEqual(await exit, [null, "SIGKILL"]);
		for (const each of folders) {
			if (readdirSync(each).some((name) => name.includes("."))) unfinished++;
			const flash = openFlash(each);
			assert.deepEqual(
				readdirSync(each).filter((name) => name.includes(".")),
				[],
			);
			const value = roundOf(flash.get("value")!);
			assert.ok(value !== undefined, "value is whole");
			const bytes = flash.get("other");
			if (bytes === undefined) assert.ok(value % 3 === 0 || value % 3 === 1, "deleted in its time only");
			else {
				const other = roundOf(bytes);
				assert.ok(other === value || other === value - 1, `other is whole: ${other}, value: ${value}`);
			}
			written += value;
			flash.set("value", new Uint8Array(1));
		}
	}
	t.diagnostic(`${PROCESSES * THREADS} writers killed after ${written} rounds, ${unfinished} within a write`);
	assert.ok(unfinished > 0, "some were killed within a write");
});

/** As one file that Node.js runs as it is: a start takes a tenth of the time. By the compiler that tsx brings. */
function bundle(outfile: string): string {
	const requireOfTsx = createRequire(createRequire(import.meta.url).resolve("tsx"));
	const entry = fileURLToPath(new URL("flash-writer.ts", import.meta.url));
	const options = { entryPoints: [entry], outfile, bundle: true, platform: "node", format: "cjs" };
	requireOfTsx("esbuild").buildSync({ ...options, logLevel: "error" });
	return outfile;
}

function pause(ms: number): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, ms));
}
