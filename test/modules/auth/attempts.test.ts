import assert from "node:assert/strict";
import { test } from "node:test";
import { Attempts, GUESS_DIGITS } from "../../../modules/auth/attempts";
import { ATTEMPT_ADDRESSES } from "../../../modules/limits";
import { FakeTime } from "../../fakes/host";

function attempts(): { time: FakeTime; attempts: Attempts } {
	const time = new FakeTime();
	return { time, attempts: new Attempts(time) };
}

/** The hash of a guess. */
const guess = (number: number) => `${number}`.padStart(GUESS_DIGITS, "0");

function fail(attempts: Attempts, address: string, count: number): void {
	for (let i = 0; i < count; i++) attempts.failed(address, guess(i));
}

test("nine failures in a minute are forgiven, the tenth makes the address wait", () => {
	const { attempts: it } = attempts();
	fail(it, "a", 9);
	assert.equal(it.wait("a"), 0);
	it.failed("a", guess(9));
	assert.equal(it.wait("a"), 60);
});

test("the same guess again is no new one, nor are several in turns", () => {
	const { attempts: it } = attempts();
	for (let i = 0; i < 1000; i++) it.failed("a", guess(i % 9));
	assert.equal(it.wait("a"), 0);
	it.failed("a", guess(9));
	assert.equal(it.wait("a"), 60);
});

test("the wait ends a minute after the first failure", () => {
	const { time, attempts: it } = attempts();
	fail(it, "a", 10);
	time.advance(59_500);
	assert.equal(it.wait("a"), 1);
	time.advance(500);
	assert.equal(it.wait("a"), 0);
});

test("failures spread over more than a minute never make it wait", () => {
	const { time, attempts: it } = attempts();
	for (let i = 0; i < 50; i++) {
		assert.equal(it.wait("a"), 0);
		it.failed("a", guess(i));
		time.advance(10_000);
	}
});

test("one address that waits keeps no other waiting (WLED's PIN cooldown)", () => {
	const { attempts: it } = attempts();
	fail(it, "a", 1000);
	assert.equal(it.wait("owner"), 0);
});

test("the addresses remembered are bounded, and the oldest make room", () => {
	const { attempts: it } = attempts();
	for (let i = 0; i < 10_000; i++) fail(it, `address ${i}`, 10);
	const waiting = Array.from({ length: 10_000 }, (_, i) => it.wait(`address ${i}`) > 0);
	assert.equal(waiting.indexOf(true), 10_000 - ATTEMPT_ADDRESSES);
	assert.equal(waiting.filter((waits) => waits).length, ATTEMPT_ADDRESSES);
});

test("a jump of the wall clock ends no wait", () => {
	const { time, attempts: it } = attempts();
	fail(it, "a", 10);
	time.jump(Date.UTC(2040, 0, 1));
	assert.equal(it.wait("a"), 60);
});
