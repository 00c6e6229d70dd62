import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { LIGHT_KEY } from "../../../modules/flash-keys";
import { KeptOrder } from "../../../modules/led/kept-order";
import type { LightOrder } from "../../../modules/led/light";
import { FakeFlash, FakeTime } from "../../fakes/host";

const RED: LightOrder = { color: 0xff0000, effect: "solid", duration: null, intensity: 50 };
const BLUE: LightOrder = { color: 0x0000ff, effect: "breathe", duration: null, intensity: 100 };

function setUp(flash = new FakeFlash()) {
	const time = new FakeTime();
	const problems: string[] = [];
	const kept = new KeptOrder(
		{ flash, timers: time },
		{ onProblem: (message) => void problems.push(message) },
	);
	/** What the next start finds. */
	const found = () => new KeptOrder({ flash, timers: time }, { onProblem() {} }).value;
	return { time, flash, kept, problems, found };
}

describe("the order that is kept", () => {
	test("is the one until the next order, as it was given", () => {
		const { kept, found } = setUp();
		assert.equal(found(), undefined);
		kept.follow(RED);
		assert.deepEqual(found(), RED);
		kept.close();
	});

	test("is forgotten by any other order, and by none", () => {
		for (const next of [{ ...BLUE, duration: 10 }, undefined]) {
			const { kept, found, time, flash } = setUp();
			kept.follow(RED);
			kept.follow(next);
			time.advance(60_000);
			assert.equal(found(), undefined);
			assert.equal(flash.get(LIGHT_KEY), undefined);
			kept.close();
		}
	});

	test("is written once a minute at most, and then the last one", () => {
		const { kept, found, time, flash } = setUp();
		flash.writesLeft = 2;
		kept.follow(RED);
		for (let i = 0; i < 59; i++) {
			kept.follow(i % 2 ? RED : BLUE);
			time.advance(1_000);
		}
		assert.deepEqual(found(), RED);
		kept.follow({ ...RED, duration: 1 });
		kept.follow(BLUE);
		time.advance(1_000);
		assert.deepEqual(found(), BLUE);
		assert.equal(flash.writesLeft, 0);
		kept.close();
	});

	test("is not written again while it stays the same", () => {
		const { kept, time, flash } = setUp();
		kept.follow(RED);
		flash.writesLeft = 0;
		for (let i = 0; i < 5; i++) {
			kept.follow({ ...RED });
			time.advance(60_000);
		}
		assert.equal(time.pending, 0);
		const again = setUp(flash);
		again.kept.follow(RED);
		kept.follow({ ...BLUE, duration: 3 });
		assert.deepEqual(again.problems, []);
	});

	test("is written before an orderly end", () => {
		const { kept, found, time } = setUp();
		kept.follow(RED);
		kept.follow(BLUE);
		kept.close();
		assert.deepEqual(found(), BLUE);
		assert.equal(time.pending, 0);
	});

	test("is written later if the flash fails, and that is told", () => {
		const { kept, found, time, flash, problems } = setUp();
		flash.writesLeft = 0;
		kept.follow(RED);
		assert.equal(problems.length, 1);
		flash.writesLeft = 1;
		time.advance(60_000);
		assert.deepEqual(found(), RED);
		kept.close();
	});

	test("is written for a new owner after all was erased", () => {
		const { kept, found, time, flash } = setUp();
		kept.follow(RED);
		flash.delete(LIGHT_KEY);
		kept.forget();
		kept.follow(RED);
		time.advance(60_000);
		assert.deepEqual(found(), RED);
		kept.close();
	});

	test("is none if it cannot be read", () => {
		for (const text of [
			"",
			"null",
			"5",
			"[]",
			"{",
			'{"color":"#ff0000"}',
			'{"color":"reddish","effect":"solid","intensity":100}',
			'{"color":"#ff0000","effect":"constructor","intensity":100}',
			'{"color":"#ff0000","effect":"solid","intensity":101}',
			'{"color":"#ff0000","effect":"solid","intensity":"full"}',
			"\u0000\uffff",
		]) {
			const { flash, found } = setUp();
			flash.set(LIGHT_KEY, new TextEncoder().encode(text));
			assert.equal(found(), undefined, text);
		}
	});
});
