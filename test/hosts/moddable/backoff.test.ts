import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { Backoff } from "../../../hosts/moddable/backoff";
import { FakeTime } from "../../fakes/host";

const OPTIONS = { first: 1_000, longest: 60_000, stable: 30_000 };
const high = () => new Uint8Array([255, 255]);
const low = () => new Uint8Array([0, 0]);

describe("Backoff", () => {
	test("the longest wait doubles with every failure up to the bound", () => {
		const backoff = new Backoff({ ...OPTIONS, clock: new FakeTime(), random: high });
		const waits = Array.from({ length: 8 }, () => backoff.next());
		assert.deepEqual(waits, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
	});

	test("the jitter is full: any wait may be none at all", () => {
		const backoff = new Backoff({ ...OPTIONS, clock: new FakeTime(), random: low });
		assert.deepEqual([backoff.next(), backoff.next(), backoff.next()], [0, 0, 0]);
	});

	test("a connection that drops at once is one more failure (rainmaker #1, PicoMQTT #74)", () => {
		const time = new FakeTime();
		const backoff = new Backoff({ ...OPTIONS, clock: time, random: high });
		const waits = Array.from({ length: 4 }, () => {
			backoff.connected();
			time.advance(OPTIONS.stable - 1);
			return backoff.next();
		});
		assert.deepEqual(waits, [1_000, 2_000, 4_000, 8_000]);
	});

	test("a connection that held begins the waits anew", () => {
		const time = new FakeTime();
		const backoff = new Backoff({ ...OPTIONS, clock: time, random: high });
		for (let i = 0; i < 5; i++) backoff.next();
		backoff.connected();
		time.advance(OPTIONS.stable);
		assert.equal(backoff.next(), 1_000);
		assert.equal(backoff.next(), 2_000);
	});

	test("a connection counts from when it was there first", () => {
		const time = new FakeTime();
		const backoff = new Backoff({ ...OPTIONS, clock: time, random: high });
		backoff.next();
		backoff.connected();
		time.advance(OPTIONS.stable - 1);
		backoff.connected();
		time.advance(1);
		assert.equal(backoff.next(), 1_000);
	});

	test("something new begins anew", () => {
		const backoff = new Backoff({ ...OPTIONS, clock: new FakeTime(), random: high });
		for (let i = 0; i < 5; i++) backoff.next();
		backoff.reset();
		assert.equal(backoff.next(), 1_000);
	});

	test("every wait is from 0 to the bound, whatever the random bytes", () => {
		fc.assert(
			fc.property(fc.array(fc.uint8Array({ minLength: 2, maxLength: 2 }), { maxLength: 40 }), (draws) => {
				let draw = 0;
				const random = () => draws[draw++] as Uint8Array;
				const backoff = new Backoff({ ...OPTIONS, clock: new FakeTime(), random });
				for (const _ of draws) {
					const wait = backoff.next();
					assert.ok(wait >= 0 && wait <= OPTIONS.longest);
				}
			}),
		);
	});
});
