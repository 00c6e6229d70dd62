import assert from "node:assert/strict";
import { test } from "node:test";
import { followPresence } from "../../light/presence";
import { sayingBroker } from "../support/saying";

test("what a sensor says of itself is known, what is none of that is not, and another device begins anew", () => {
	const { broker, say } = sayingBroker();
	const presence = followPresence(broker);
	const one = { sensor: "kitchen", udid: "10000fb38278" };
	say({ ...one, name: "data", payload: "{}" });
	say({ ...one, name: "token", payload: "TOO LONG FOR ONE" });
	say({ ...one, name: "status", payload: "happy" });
	assert.equal(presence.of("kitchen"), undefined);
	say({ ...one, name: "token", payload: "uulroqkt" });
	say({ ...one, name: "status", payload: "online" });
	assert.deepEqual(presence.of("kitchen"), { udid: one.udid, status: "online", token: "uulroqkt" });
	say({ ...one, name: "diagnostics", payload: '{"waiting":3}' });
	say({ ...one, name: "diagnostics", payload: "{" });
	assert.deepEqual(presence.of("kitchen")?.condition, { waiting: 3 });
	say({ sensor: "kitchen", udid: "1000aabbccdd", name: "status", payload: "online" });
	assert.deepEqual(presence.of("kitchen"), { udid: "1000aabbccdd", status: "online" });
	presence.forget("kitchen");
	assert.equal(presence.of("kitchen"), undefined);
});
