import assert from "node:assert/strict";
import { test } from "node:test";
import { escapeTag, lineOf } from "../../../modules/cloud/line-protocol";

test("a point is one line with floats, an integer and seconds", () => {
	const readings = { temperature: 21.3, pressure: 101_325, motion: 0 };
	assert.equal(
		lineOf("10000fb38278", { time: 1_798_761_600, readings, motionEvents: 2 }),
		"ambient16,udid=10000fb38278 temperature=21.3,pressure=101325,motion=0,motionEvents=2i 1798761600",
	);
});

test("a point without readings still has a field", () => {
	assert.equal(
		lineOf("a", { time: 10, readings: {}, motionEvents: 0 }),
		"ambient16,udid=a motionEvents=0i 10",
	);
});

test("what has a meaning in a tag is escaped", () => {
	assert.equal(escapeTag("a b,c=d\n"), "a\\ b\\,c\\=d");
});
