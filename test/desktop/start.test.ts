import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { VERSION } from "../../modules/version";
import { spawnDesk, startDesk, temporaryFolder } from "../support/desk";

const entry = ["scripts/start.mjs"];

/** A data folder with an update of that version in slot a, which only says that it runs. */
function updated(t: Parameters<typeof temporaryFolder>[0], version: string | undefined): string {
	const data = temporaryFolder(t);
	mkdirSync(join(data, "slots"));
	writeFileSync(join(data, "slots", "a.mjs"), 'console.log("slot a")');
	const state = { active: "a", ...(version !== undefined && { versions: { a: version } }) };
	writeFileSync(join(data, "slots", "state.json"), JSON.stringify(state));
	return data;
}

test("npm start runs the update in a slot, and says that it is not what is here", async (t) => {
	for (const version of ["99.0.0", VERSION, undefined]) {
		const desk = spawnDesk(t, { entry, data: updated(t, version) });
		assert.equal(await desk.exit, 0);
		assert.equal(
			desk.output.split("\n").sort().join("\n"),
			`\nThe update in slot a (${version ?? "of an unknown version"}) runs, not what is here (${VERSION}).\nslot a`,
		);
	}
});

test("npm start runs what is here if the update in a slot is older, and says so once", async (t) => {
	const data = updated(t, "0.0.9");
	const desk = await startDesk(t, { entry, data });
	const told = `The update in slot a (0.0.9) is older than what is here (${VERSION}), which runs now.\n`;
	assert.ok(desk.output.startsWith(told), desk.output);
	assert.equal((await desk.waitFor(({ event }) => event === "start")).version, VERSION);
	await desk.stop();
	const again = await startDesk(t, { entry, data });
	assert.doesNotMatch(again.output, /slot/);
});
