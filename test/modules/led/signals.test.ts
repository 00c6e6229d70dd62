import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { beat } from "../../../modules/led/rhythm";
import { SIGNALS } from "../../../modules/led/signals";
import { BLINK_HALF, BREATH, BREATH_STEP } from "../../../modules/limits";

describe("signals", () => {
	for (const { name, rhythm } of SIGNALS)
		test(`${name} flashes at most three times in any second (WCAG 2.3.1)`, () => {
			const flashes: number[] = [];
			let lit = false;
			for (let ms = 0; ms < 20_000; ms++) {
				const now = beat(rhythm, ms).level > 0.5;
				if (now && !lit) flashes.push(ms);
				lit = now;
			}
			assert.ok(flashes.length > 0);
			for (let i = 3; i < flashes.length; i++) assert.ok(flashes[i]! - flashes[i - 3]! >= 1_000);
		});

	test("error is a double blink", () => {
		const { rhythm } = SIGNALS.find(({ name }) => name === "error")!;
		const levels = [0, 149, 150, 299, 300, 449, 450, 1_499, 1_500].map((ms) => beat(rhythm, ms).level);
		assert.deepEqual(levels, [1, 1, 0, 0, 1, 1, 0, 0, 1]);
	});
});

describe("beat", () => {
	test("a rhythm of lengths tells when it changes, in every round", () => {
		for (const round of [0, 1, 3_600]) {
			const begin = round * 2 * BLINK_HALF;
			const until = begin + BLINK_HALF;
			assert.deepEqual(beat([BLINK_HALF, BLINK_HALF], begin), { level: 1, until });
			assert.deepEqual(beat([BLINK_HALF, BLINK_HALF], until - 1), { level: 1, until });
			assert.deepEqual(beat([BLINK_HALF, BLINK_HALF], until), { level: 0, until: until + BLINK_HALF });
		}
	});

	test("a breath is a raised cosine: dark, half, full, half, dark", () => {
		const levels = [0, 1, 2, 3, 4].map((quarter) => beat("breath", (quarter * BREATH) / 4).level);
		for (const [i, level] of [0, 0.5, 1, 0.5, 0].entries()) assert.ok(Math.abs(levels[i]! - level) < 1e-9);
	});

	test("a breath goes in steps", () => {
		assert.equal(beat("breath", 1_000).level, beat("breath", 1_000 + BREATH_STEP - 1).level);
		assert.notEqual(beat("breath", 1_000).level, beat("breath", 1_000 + BREATH_STEP).level);
		assert.equal(beat("breath", 1_001).until, 1_000 + BREATH_STEP);
	});

	test("a steady light never changes", () => {
		assert.deepEqual(beat("steady", 123), { level: 1, until: Number.POSITIVE_INFINITY });
	});
});
