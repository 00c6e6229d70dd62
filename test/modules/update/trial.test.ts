import assert from "node:assert/strict";
import { test } from "node:test";
import { watchTrial } from "../../../modules/update/trial";
import { VERSION } from "../../../modules/version";
import { FakeHost } from "../../fakes/host";
import { FakeUpdater } from "../../fakes/update";

function trial(onTrial = true) {
	const host = new FakeHost();
	const updater = Object.assign(new FakeUpdater(), { onTrial });
	Object.assign(host, { updater });
	const state = { works: false };
	const end = watchTrial(host, state);
	return { host, updater, state, end };
}

test("a firmware that has worked for a minute is kept, and not before: it might crash after some seconds", () => {
	const { host, updater, state } = trial();
	state.works = true;
	host.advance(60_000);
	assert.deepEqual(updater.log, []);
	host.advance(1_000);
	assert.deepEqual(updater.log, ["confirm"]);
	assert.deepEqual(host.events, [{ event: "update", state: "confirmed", version: VERSION }]);
	assert.equal(host.realTime.pending, 0);
});

test("the minute is one without a break", () => {
	const { host, updater, state } = trial();
	state.works = true;
	host.advance(50_000);
	state.works = false;
	host.advance(1_000);
	state.works = true;
	host.advance(60_000);
	assert.deepEqual(updater.log, []);
	host.advance(1_000);
	assert.deepEqual(updater.log, ["confirm"]);
});

test("one that works before the five minutes are over has its minute, and is left if it does not last for it", () => {
	for (const [lasts, outcome] of [
		[true, "confirm"],
		[false, "roll back: the new firmware did not work within 5 minutes"],
	] as const) {
		const { host, updater, state } = trial();
		host.advance(299_000);
		state.works = true;
		host.advance(60_000);
		assert.deepEqual(updater.log, []);
		state.works = lasts;
		host.advance(1_000);
		assert.deepEqual(updater.log, [outcome]);
	}
});

test("one that does not work in five minutes is left", () => {
	const { host, updater, end } = trial();
	host.advance(300_000);
	assert.deepEqual(updater.log, ["roll back: the new firmware did not work within 5 minutes"]);
	end?.();
	assert.equal(host.realTime.pending, 0);
});

test("one that is not on trial is left alone", () => {
	const { host, updater } = trial(false);
	host.advance(600_000);
	assert.deepEqual(updater.log, []);
});

test("a confirmation that the flash does not take is tried again", () => {
	const { host, updater, state } = trial();
	state.works = true;
	const confirm = updater.confirm.bind(updater);
	Object.assign(updater, {
		confirm() {
			Object.assign(updater, { confirm });
			throw new Error("flash");
		},
	});
	host.advance(62_000);
	assert.deepEqual(updater.log, ["confirm"]);
});

test("going back that the flash does not take is tried again, not all the time", () => {
	const { host, updater, state } = trial();
	let tries = 0;
	const rollBack = updater.rollBack.bind(updater);
	updater.rollBack = (reason) => {
		if (++tries === 1) throw new Error("flash");
		rollBack(reason);
	};
	host.advance(300_000);
	assert.deepEqual([tries, updater.log], [1, []]);
	host.advance(299_000);
	assert.equal(tries, 1);
	host.advance(1_000);
	assert.deepEqual(updater.log, ["roll back: the new firmware did not work within 5 minutes"]);
	state.works = true;
	host.advance(61_000);
	assert.equal(host.realTime.pending, 0);
});

test("ending it early judges nothing", () => {
	const { host, updater, end } = trial();
	end?.();
	host.advance(600_000);
	assert.deepEqual(updater.log, []);
});
