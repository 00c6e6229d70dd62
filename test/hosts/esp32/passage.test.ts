import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Passage } from "../../../hosts/esp32/passage";

describe("Passage", () => {
	test("a gesture to the right goes from left to right, one to the left the other way", () => {
		assert.equal(new Passage().see(undefined, "RIGHT"), "left-to-right");
		assert.equal(new Passage().see(undefined, "LEFT"), "right-to-left");
	});

	test("up and down are no passage", () => {
		const passage = new Passage();
		assert.equal(passage.see(0.5, "UP"), undefined);
		assert.equal(passage.see(0.5, "DOWN"), undefined);
	});

	test("the rest of a gesture is not another one", () => {
		const passage = new Passage();
		const seen = ["RIGHT", "RIGHT", "LEFT", undefined, undefined, "RIGHT"].map((g) =>
			passage.see(undefined, g),
		);
		assert.deepEqual(
			seen.filter((motion) => motion),
			["left-to-right", "left-to-right"],
		);
	});

	test("the amount is the sum of the changes since it was taken", () => {
		const passage = new Passage();
		for (const proximity of [0.1, 0.5, 0.2]) passage.see(proximity, undefined);
		assert.ok(Math.abs(passage.takeAmount() - 0.7) < 1e-9);
		assert.equal(passage.takeAmount(), 0);
	});

	test("noise, and a look without a new value, are no movement", () => {
		const passage = new Passage();
		for (const proximity of [0.1, undefined, 0.11, 0.1, undefined]) passage.see(proximity, undefined);
		assert.equal(passage.takeAmount(), 0);
	});

	test("what was there from the start has not moved", () => {
		const passage = new Passage();
		passage.see(0.9, undefined);
		assert.equal(passage.takeAmount(), 0);
	});
});
