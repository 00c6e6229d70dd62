import assert from "node:assert/strict";
import { test } from "node:test";
import { ResetButton } from "../../../modules/identity/reset-button";
import { FakeHost } from "../../fakes/host";

function watched(): { host: FakeHost; log: string[]; button: ResetButton } {
	const host = new FakeHost();
	const log: string[] = [];
	const button = new ResetButton(host, {
		onPress: () => log.push("press"),
		onHold: (holding) => log.push(holding ? "hold" : "release"),
		onReset: () => log.push("reset"),
	});
	return { host, log, button };
}

test("a short press is a press", () => {
	const { host, log } = watched();
	host.hold(200);
	assert.deepEqual(log, ["press"]);
});

test("a hold of less than ten seconds warns and does nothing", () => {
	const { host, log } = watched();
	host.hold(9_999);
	assert.deepEqual(log, ["hold", "release"]);
});

test("a hold of ten seconds resets, once, while still held", () => {
	const { host, log } = watched();
	host.button.onChange(true);
	host.advance(10_000);
	assert.deepEqual(log, ["hold", "release", "reset"]);
	host.advance(60_000);
	host.button.onChange(false);
	assert.deepEqual(log, ["hold", "release", "reset"]);
});

test("the button works again after a reset", () => {
	const { host, log } = watched();
	host.hold(11_000);
	host.hold(200);
	assert.equal(log.at(-1), "press");
});

test("a contact that bounces counts as one press", () => {
	const { host, log } = watched();
	host.button.onChange(true);
	host.button.onChange(true);
	host.advance(300);
	host.button.onChange(false);
	host.button.onChange(false);
	assert.deepEqual(log, ["press"]);
});

test("stopping in the middle of a hold leaves no timer and no reset", () => {
	const { host, log, button } = watched();
	host.button.onChange(true);
	host.advance(5_000);
	button.close();
	host.advance(60_000);
	assert.deepEqual(log, ["hold", "release"]);
	assert.equal(host.time.pending, 0);
});
