import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { uuidProblem } from "../../../modules/identity/uuid";

test("a random UUID of version 4 or 7 is taken, in upper and lower case", () => {
	for (const uuid of [
		"0f8c6a1e-5b2d-4c37-9e84-d1a7603b5f92",
		"0F8C6A1E-5B2D-4C37-9E84-D1A7603B5F92",
		"0F8C6A1E-5b2d-4c37-9E84-d1a7603b5f92",
		"01932c07-5f9a-7c3d-9e21-6b1f0a2d8c47",
	])
		assert.equal(uuidProblem(uuid), undefined, uuid);
});

test("every UUID that the system draws is taken", () => {
	for (let i = 0; i < 2000; i++) assert.equal(uuidProblem(randomUUID()), undefined);
});

test("the nil and the max UUID are refused", () => {
	assert.ok(uuidProblem("00000000-0000-0000-0000-000000000000"));
	assert.ok(uuidProblem("ffffffff-ffff-ffff-ffff-ffffffffffff"));
});

test("a UUID made from time, address or name is refused", () => {
	for (const version of ["1", "2", "3", "5", "6", "8"])
		assert.match(uuidProblem(`01234567-89ab-${version}def-8123-456789abcdef`) ?? "", /version/);
});

test("a UUID of another variant is refused", () => {
	for (const variant of ["0", "7", "c", "f"])
		assert.match(uuidProblem(`01234567-89ab-4def-${variant}123-456789abcdef`) ?? "", /version/);
});

test("a UUID that repeats one digit is refused", () => {
	assert.match(uuidProblem("00000000-0000-4000-8000-000000000000") ?? "", /repeats/);
	assert.match(uuidProblem("11111111-1111-4111-8111-111111111111") ?? "", /repeats/);
});

test("a UUID that stands in a document is refused, in any case", () => {
	for (const uuid of [
		"01234567-89ab-4def-8123-456789abcdef",
		"919108f7-52d1-4320-9bac-f847db4148a8",
		"017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
	])
		for (const text of [uuid, uuid.toUpperCase()]) assert.match(uuidProblem(text) ?? "", /document/);
});

test("what is not the text of a UUID is refused", () => {
	for (const uuid of [
		undefined,
		null,
		42,
		{},
		[],
		"",
		"0123456789ab4def8123456789abcdef",
		"{01234567-89ab-4def-8123-456789abcdef}",
		"urn:uuid:01234567-89ab-4def-8123-456789abcdef",
		"01234567-89ab-4def-8123-456789abcdef\n",
		"01234567-89ab-4def-8123-456789abcdeg",
		"01234567-89ab-4def-8123-456789abcdef0",
		"0123456-789ab-4def-8123-456789abcdef",
		"01234567-89ab-4def-8123-4567-9abcdef",
		"------------------------------------",
		"0".repeat(100_000),
	])
		assert.match(uuidProblem(uuid) ?? "", /text of a UUID/);
});
