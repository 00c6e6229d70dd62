import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { PROBLEM_SHOWN, PROBLEMS_KEPT } from "../../modules/limits";
import { Problems } from "../../modules/problems";
import { FakeTime } from "../fakes/host";

const START = Date.UTC(2026, 0, 1) / 1000;

describe("problems", () => {
	test("are told the latest first, with when they were", () => {
		const time = new FakeTime();
		const problems = new Problems(time);
		problems.add("one");
		time.advance(5_500);
		problems.add("two");
		time.advance(1_000);
		assert.deepEqual(problems.list, [
			{ time: START + 5, message: "two", count: 1 },
			{ time: START, message: "one", count: 1 },
		]);
	});

	test("that come again are counted, and are the latest", () => {
		const time = new FakeTime();
		const problems = new Problems(time);
		problems.add("one");
		problems.add("two");
		time.advance(2_000);
		problems.add("one");
		assert.deepEqual(problems.list, [
			{ time: START + 2, message: "one", count: 2 },
			{ time: START, message: "two", count: 1 },
		]);
	});

	test("of before the clock was set get their times then", () => {
		const time = new FakeTime(0);
		time.synced = false;
		const problems = new Problems(time);
		problems.add("one");
		time.advance(10_000);
		assert.equal(problems.list[0]?.time, null);
		time.jump(START * 1000 + 10_000);
		time.synced = true;
		assert.equal(problems.list[0]?.time, START);
	});

	test("are kept up to a number, of a length: the one that was not there for longest makes room", () => {
		const problems = new Problems(new FakeTime());
		for (let i = 0; i < PROBLEMS_KEPT; i++) problems.add(`problem ${i}`);
		problems.add("problem 0");
		problems.add("x".repeat(1_000));
		const messages = problems.list.map(({ message }) => message);
		assert.equal(messages.length, PROBLEMS_KEPT);
		assert.equal(messages[0], "x".repeat(PROBLEM_SHOWN));
		assert.ok(messages.includes("problem 0"));
		assert.ok(!messages.includes("problem 1"));
		assert.ok(messages.includes("problem 2"));
	});

	test("that are forgotten are gone", () => {
		const problems = new Problems(new FakeTime());
		problems.add("one");
		problems.forget();
		assert.deepEqual(problems.list, []);
	});
});
