import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { test } from "node:test";
import { compile } from "./firmware";
import { live } from "./history";
import { Random } from "./random";

const HOUR = 3_600_000;
const firmware = await compile();

/** Lives a history, and says how to repeat it if it fails. */
function hold(seed: number, hours: number) {
	const { world } = live({ seed: String(seed), firmware, length: hours * HOUR });
	const repeat = `npm run simulate -- --seed ${seed} --days ${hours / 24} --hours ${hours}`;
	assert.equal(world.violation, undefined, `${world.violation?.message}\nrepeat and shorten it: ${repeat}`);
	return world;
}

test("the same seed gives the same history, another one another", () => {
	const [one, again, other] = [hold(1, 2), hold(1, 2), hold(2, 2)];
	assert.equal(one.trace, again.trace);
	assert.deepEqual(one.counts, again.counts);
	assert.notEqual(one.trace, other.trace);
});

test("the numbers of a seed are the same on every computer and engine", () => {
	const random = new Random("ambient");
	assert.deepEqual([random.next(), random.next(), random.below(1000)], [2108604134, 1920748607, 301]);
	assert.equal(random.uuid(), "2ef23f37-bc12-458f-a4d1-7331462b5913");
	assert.equal(random.fork("device").letters(12), "tpshsjoyyryx");
});

for (const seed of [2, 7, 12])
	test(`a device lives well through the eight hours of seed ${seed}`, () => {
		const { counts } = hold(seed, 8);
		assert.ok((counts.get("points taken") ?? 0) > 500, "points have come to the database");
		assert.ok((counts.get("starts of the device") ?? 0) > 3, "the power was cut");
	});

test("and one without a database through those of seed 14", () => {
	const { counts } = hold(14, 8);
	assert.equal(counts.get("points taken"), undefined);
	assert.ok((counts.get("update: confirmed") ?? 0) > 0, "a new firmware was kept");
	assert.ok((counts.get("stored: reset") ?? 0) > 0, "the owner was erased");
});

/** A failure is news for whoever looks into it, and no reason to hold up a change that has nothing to do with it. */
const skip = process.env.CI ? "a new seed is for a computer of one's own, not for CI" : false;
const fresh = randomInt(1e9);
test(`and through those of a seed that nobody has tried, ${fresh}`, { skip }, () => {
	hold(fresh, 8);
});
