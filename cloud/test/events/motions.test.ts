import assert from "node:assert/strict";
import { test } from "node:test";
import { followMotions } from "../../events/motions";
import { startCloud } from "../support/cloud";
import { sayingBroker } from "../support/saying";
import { signUp } from "../support/visitor";

test("the last movement of a sensor is known, and told to its owner's pages", async (t) => {
	const cloud = await startCloud(t);
	const ada = await signUp(cloud, "ada");
	await ada.submit("/sensors/new", { name: "Kitchen" });
	const { database } = cloud.services;
	const { id, account } = await database.selectFrom("sensors").selectAll().executeTakeFirstOrThrow();
	const { broker, say } = sayingBroker();
	const told: unknown[] = [];
	const motions = followMotions({
		broker,
		database,
		live: { tell: (...what) => void told.push(what) },
		clock: () => 1_800_000_000_000,
		onError: (error) => assert.fail(String(error)),
	});
	const move = async (sensor: string, payload: string) => {
		say({ sensor, udid: "10000fb38278", name: "event/motion", payload });
		await database.selectFrom("sensors").select("id").execute();
		await new Promise((resolve) => setImmediate(resolve));
	};
	const motion = { event_type: "left-to-right", time: 1_799_999_990 };
	await move(id, JSON.stringify(motion));
	assert.deepEqual(motions.of(id), { direction: "left-to-right", time: 1_799_999_990 });
	assert.deepEqual(told, [
		[account, "motion", { sensor: id, direction: "left-to-right", time: 1_799_999_990 }],
	]);
	for (const payload of ["", "{", "null", "{}", '{"event_type":"<b>"}']) await move(id, payload);
	await move("nobody", JSON.stringify(motion));
	assert.equal(told.length, 1);
	await move(id, JSON.stringify({ event_type: "right-to-left", time: 9_999_999_999 }));
	assert.deepEqual(motions.of(id), { direction: "right-to-left", time: 1_800_000_000 });
	await move(id, JSON.stringify({ event_type: "right-to-left" }));
	assert.equal(motions.of(id)?.time, 1_800_000_000);
	motions.forget(id);
	assert.equal(motions.of(id), undefined);
});
