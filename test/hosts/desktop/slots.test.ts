import assert from "node:assert/strict";
import { existsSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Slots } from "../../../hosts/desktop/slots";
import { type Scope, temporaryFolder } from "../../support/desk";

const noFull = { skip: !existsSync("/dev/full") && "there is no /dev/full" };

/** Slots with an image in each. */
function filled(t: Scope): Slots {
	const slots = new Slots(temporaryFolder(t));
	for (const slot of ["a", "b"] as const) writeFileSync(slots.path(slot), "");
	return slots;
}

test("the repository runs first, and its update goes to slot a", (t) => {
	const slots = new Slots(temporaryFolder(t));
	assert.equal(slots.start(), "source");
	assert.equal(slots.onTrial, false);
	assert.deepEqual(
		["source", "a", "b"].map((slot) => slots.other(slot as "a")),
		["a", "b", "a"],
	);
});

test("a new firmware that confirms itself stays", (t) => {
	const slots = filled(t);
	slots.activate("a", "source", "9.0.0");
	assert.equal(slots.start(), "a");
	assert.equal(slots.onTrial, true);
	slots.confirm();
	for (let i = 0; i < 10; i++) assert.equal(slots.start(), "a");
	assert.equal(slots.onTrial, false);
});

test("the version of what is active is known, also after going back, and after a start with older versions of us", (t) => {
	const slots = filled(t);
	assert.equal(slots.version, undefined);
	slots.activate("a", "source", "9.1.0");
	slots.confirm();
	slots.activate("b", "a", "9.2.0");
	assert.equal(slots.version, "9.2.0");
	slots.rollBack("it does not work");
	assert.equal(slots.version, "9.1.0");
	slots.settle("source");
	assert.equal(slots.version, undefined);
});

test("one that does not is left after three starts, and its image erased", (t) => {
	const slots = new Slots(temporaryFolder(t));
	writeFileSync(slots.path("a"), "process.exit(1)");
	slots.activate("a", "source", "9.0.0");
	assert.deepEqual([slots.start(), slots.start(), slots.start(), slots.start()], ["a", "a", "a", "source"]);
	assert.match(slots.rolledBack ?? "", /ended 3 times in its trial/);
	assert.equal(existsSync(slots.path("a")), false);
	assert.equal(slots.onTrial, false);
});

test("what was left was the one from before, not the repository", (t) => {
	const slots = new Slots(temporaryFolder(t));
	slots.activate("a", "source", "9.0.0");
	slots.confirm();
	slots.activate("b", "a", "9.0.0");
	assert.equal(slots.rollBack("it does not work"), "a");
	assert.equal(slots.rolledBack, "it does not work");
});

test("the next update forgets why the last one was left", (t) => {
	const slots = new Slots(temporaryFolder(t));
	slots.activate("a", "source", "9.0.0");
	slots.rollBack("it does not work");
	slots.activate("a", "source", "9.0.0");
	assert.equal(slots.rolledBack, undefined);
});

test("an image that is gone is left for the one before it, or the repository", (t) => {
	const slots = filled(t);
	slots.activate("a", "source", "9.0.0");
	slots.confirm();
	slots.activate("b", "a", "9.0.0");
	rmSync(slots.path("b"));
	assert.equal(slots.start(), "a");
	assert.equal(slots.rolledBack, "the firmware was gone");
	rmSync(slots.path("a"));
	assert.deepEqual([slots.start(), slots.active, slots.onTrial], ["source", "source", false]);
	assert.equal(slots.rolledBack, "the firmware was gone");
});

test("on a full disk a firmware on trial is not started, as it could not be left", noFull, (t) => {
	const data = temporaryFolder(t);
	const slots = new Slots(data);
	writeFileSync(slots.path("a"), "");
	slots.activate("a", "source", "9.0.0");
	symlinkSync("/dev/full", join(data, "slots", "state.json.new"));
	assert.deepEqual([slots.start(), slots.active, slots.onTrial], ["source", "a", true]);
	assert.equal(slots.start(), "a");
});

test("a state that cannot be read is the repository", (t) => {
	const data = temporaryFolder(t);
	new Slots(data).activate("a", "source", "9.0.0");
	for (const state of ["", "{", '{"active":"c"}', "null"]) {
		writeFileSync(join(data, "slots", "state.json"), state);
		assert.equal(new Slots(data).start(), "source", state);
	}
});
