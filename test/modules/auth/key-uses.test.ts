import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { AuthError } from "../../../modules/auth/error";
import { type Key, parseKey } from "../../../modules/auth/key";
import { KeyUses } from "../../../modules/auth/key-uses";

const key = (i: number) => parseKey(`key-${i}.r.0.1`) as Key;

function refusal(task: () => void): AuthError {
	try {
		task();
	} catch (error) {
		assert.ok(error instanceof AuthError);
		return error;
	}
	assert.fail("it was taken");
}

test("the counter rises for each key by itself", () => {
	const uses = new KeyUses();
	uses.add(key(1), "token", 0, 100);
	uses.add(key(2), "token", 0, 5);
	uses.add(key(2), "token", 0, 6);
	assert.deepEqual([refusal(() => uses.add(key(1), "token", 0, 100)).value], [100]);
	assert.deepEqual([refusal(() => uses.add(key(2), "token", 0, 6)).value], [6]);
});

test("eight are remembered, and of the others the highest counter: none of them comes again", () => {
	const uses = new KeyUses();
	for (let i = 0; i < 9; i++) uses.add(key(i), "token", i, 100 - i);
	// Key 0, with the highest, was forgotten.
	const error = refusal(() => uses.add(key(0), "token", 0, 100));
	assert.deepEqual([error.code, error.value], ["replayed", 100]);
	assert.equal(refusal(() => uses.add(key(10), "token", 0, 50)).value, 100);
	uses.add(key(10), "token", 0, 101);
	uses.add(key(8), "token", 0, 93);
	assert.deepEqual(
		uses.seen.map(({ name }) => name),
		["key-8", "key-10", "key-7", "key-6", "key-5", "key-4", "key-3", "key-2"],
	);
});

test("a use without a counter is seen, and makes no counter lower", () => {
	const uses = new KeyUses();
	for (let i = 0; i < 9; i++) uses.add(key(i), "token", null, 10 + i);
	uses.add(key(0), "token", 7, undefined);
	assert.deepEqual(uses.seen[0], { name: "key-0", scope: "r", time: 7 });
	assert.equal(refusal(() => uses.add(key(0), "token", 0, 10)).value, 10);
});

test("counters begin again with a new token", () => {
	const uses = new KeyUses();
	for (let i = 0; i < 12; i++) uses.add(key(i), "token", 0, 100 + i);
	for (let i = 0; i < 12; i++) uses.add(key(i), "other", 0, 1 + i);
});

test("whatever comes in whatever order, nothing is taken twice", () => {
	const request = fc.record({ key: fc.nat(20), nonce: fc.integer({ min: 1, max: 40 }) });
	fc.assert(
		fc.property(fc.array(request, { maxLength: 200 }), (requests) => {
			const uses = new KeyUses();
			const taken = new Set<string>();
			for (const { key: i, nonce } of requests) {
				const name = `${i} ${nonce}`;
				try {
					uses.add(key(i), "token", 0, nonce);
				} catch {
					continue;
				}
				assert.ok(!taken.has(name), `${name} twice`);
				taken.add(name);
			}
			assert.ok(uses.seen.length <= 8);
		}),
	);
});
