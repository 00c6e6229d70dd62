import assert from "node:assert/strict";
import { test } from "node:test";
import { HttpsMode } from "../../../modules/https-mode/https-mode";
import { FakeHost } from "../../fakes/host";

function mode() {
	const host = new FakeHost();
	const changes: string[] = [];
	return { host, changes, mode: new HttpsMode(host, { onMode: (mode) => changes.push(mode) }) };
}

test("it ends after the idle time without a request", () => {
	const { host, mode: it, changes } = mode();
	it.enter(120, 900);
	host.advance(119_999);
	assert.equal(it.active, true);
	host.advance(1);
	assert.deepEqual(changes, ["https", "http"]);
});

test("each request starts the idle time anew", () => {
	const { host, mode: it } = mode();
	it.enter(120, 900);
	for (let i = 0; i < 7; i++) {
		host.advance(100_000);
		it.touch();
	}
	host.advance(119_999);
	assert.equal(it.active, true);
	host.advance(1);
	assert.equal(it.active, false);
});

test("it ends at the limit however many requests come", () => {
	const { host, mode: it } = mode();
	it.enter(120, 900);
	for (let i = 0; i < 899; i++) {
		host.advance(1_000);
		it.touch();
	}
	assert.equal(it.active, true);
	host.advance(1_000);
	assert.equal(it.active, false);
});

test("entering again gives it its times anew, and is no change", () => {
	const { host, mode: it, changes } = mode();
	it.enter(60, 60);
	host.advance(50_000);
	it.enter(100, 100);
	host.advance(99_999);
	assert.equal(it.active, true);
	host.advance(1);
	assert.deepEqual(changes, ["https", "http"]);
});

test("leaving it leaves no timer, and leaving twice is one change", () => {
	const { host, mode: it, changes } = mode();
	it.enter(60, 60);
	it.leave();
	it.leave();
	assert.equal(host.time.pending, 0);
	assert.deepEqual(changes, ["https", "http"]);
});
