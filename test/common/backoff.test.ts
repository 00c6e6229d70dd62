import assert from "node:assert/strict";
import { test } from "node:test";
import { Backoff } from "../../common/backoff";

const drawing = (byte: number) => ({ random: (count: number) => new Uint8Array(count).fill(byte) });

test("the bound doubles with each failure up to the most", () => {
	const backoff = new Backoff(drawing(255), 1_000, 10_000);
	assert.deepEqual(
		[1, 2, 3, 4, 5, 6].map(() => backoff.next()),
		[1_000, 2_000, 4_000, 8_000, 10_000, 10_000],
	);
});

test("the wait is anything from nothing to the bound (full jitter)", () => {
	assert.equal(new Backoff(drawing(0), 1_000, 10_000).next(), 0);
	assert.equal(new Backoff(drawing(127), 1_000, 10_000).next(), 498);
});

test("after a success the next failure is a first one", () => {
	const backoff = new Backoff(drawing(255), 1_000, 10_000);
	backoff.next();
	backoff.next();
	backoff.reset();
	assert.equal(backoff.next(), 1_000);
});
