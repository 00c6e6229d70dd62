import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { CLOCK_SPANS } from "../../../modules/limits";
import { TakenTimes } from "../../../modules/sensing/taken-times";

describe("TakenTimes", () => {
	test("takes what lies between two times, but not what a jump skips", () => {
		const taken = new TakenTimes();
		taken.add(10);
		taken.add(30);
		taken.split();
		taken.add(60);
		const has = [0, 10, 20, 30, 40, 50, 60, 70].filter((time) => taken.has(time));
		assert.deepEqual(has, [10, 20, 30, 60]);
	});

	test("remembers so many spans apart; with one more, the two that are nearest become one", () => {
		const taken = new TakenTimes();
		const squares = Array.from({ length: CLOCK_SPANS + 1 }, (_, i) => 100 * (i + 1) ** 2);
		for (const time of squares) {
			taken.split();
			taken.add(time);
		}
		for (const [i, time] of squares.entries()) {
			assert.ok(taken.has(time));
			assert.equal(taken.has(time + 50), i === 0, `after ${time}`);
		}
	});

	test("goes on with a span that was joined", () => {
		const taken = new TakenTimes();
		for (let i = 0; i < CLOCK_SPANS; i++) {
			taken.split();
			taken.add(i * 1000);
		}
		taken.split();
		taken.add(10);
		taken.add(20);
		assert.deepEqual(
			[0, 10, 20, 30].map((time) => taken.has(time)),
			[true, true, true, false],
		);
	});

	test("forgets none, whatever the jumps", () => {
		const step = fc.record({ to: fc.nat(2_000), times: fc.nat(300) });
		fc.assert(
			fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
				const taken = new TakenTimes();
				const given = new Set<number>();
				for (const { to, times } of steps) {
					taken.split();
					for (let time = to; time <= to + times; time++) {
						if (taken.has(time)) continue;
						assert.ok(!given.has(time));
						taken.add(time);
						given.add(time);
					}
					for (const time of given) assert.ok(taken.has(time));
				}
			}),
		);
	});
});
