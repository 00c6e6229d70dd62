import assert from "node:assert/strict";
import { test } from "node:test";
import { readCondition } from "../../events/condition";
import { PROBLEM } from "../../limits";

test("what a sensor says of itself is read, and what it does not know is absent", () => {
	const said = {
		version: "0.1.0",
		latest: "0.1.0",
		uptime: 9,
		rssi: -57,
		memory: 1,
		waiting: 12,
		problem: null,
	};
	assert.deepEqual(readCondition(JSON.stringify(said)), { version: "0.1.0", rssi: -57, waiting: 12 });
	assert.deepEqual(readCondition('{"problem":"no route"}'), { problem: "no route" });
	assert.deepEqual(readCondition("{}"), {});
});

test("what no sensor says is left out, and long texts are cut", () => {
	for (const payload of ["", "{", "null", "7", '"x"']) assert.equal(readCondition(payload), undefined);
	const odd = { version: 1, rssi: "x", waiting: -1, problem: ["x"] };
	assert.deepEqual(readCondition(JSON.stringify(odd)), {});
	assert.equal(readCondition(JSON.stringify({ problem: "x".repeat(9_999) }))?.problem?.length, PROBLEM);
});
