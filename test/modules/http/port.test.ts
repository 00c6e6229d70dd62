import assert from "node:assert/strict";
import { test } from "node:test";
import { Port } from "../../../modules/http/port";
import { FakeHost } from "../../fakes/host";

function port(identity?: () => Uint8Array | undefined) {
	const host = new FakeHost();
	const log: string[] = [];
	const it = new Port({
		network: host.network,
		handle: (_request, respond) => respond({ status: 200, body: "{}" }),
		...(identity && { identity }),
		onOpen: () => log.push("open"),
		onProblem: (message) => log.push(message),
	});
	return { host, log, it };
}

test("it is open under its number once the network says so", () => {
	const { host, log, it } = port();
	it.open();
	assert.equal(it.number, undefined);
	host.advance(1);
	assert.equal(it.number, 80);
	assert.deepEqual(log, ["open"]);
});

test("opening it twice opens it once", () => {
	const { host, log, it } = port();
	it.open();
	it.open();
	host.advance(1);
	it.open();
	host.advance(1);
	assert.deepEqual(log, ["open"]);
});

test("closing it closes the port and leaves no timer", () => {
	const { host, it } = port();
	it.open();
	host.advance(1);
	it.close();
	assert.equal(host.network.isOpen("http"), false);
	assert.equal(it.number, undefined);
	assert.equal(host.realTime.pending, 0);
});

test("a port in use is told, and tried again until it is free", () => {
	const { host, log, it } = port();
	host.network.refused.add("http");
	it.open();
	host.advance(12_000);
	assert.deepEqual(log, Array(3).fill("http port is in use"));
	host.network.refused.clear();
	host.advance(5_001);
	assert.equal(it.number, 80);
});

test("closing it ends the tries", () => {
	const { host, it } = port();
	host.network.refused.add("http");
	it.open();
	it.close();
	assert.equal(host.realTime.pending, 0);
});

test("a single try tells the reason and is not repeated", () => {
	const { host, log, it } = port();
	host.network.refused.add("http");
	const told: unknown[] = [];
	it.tryOpen((error) => told.push(error));
	assert.deepEqual(told, ["http port is in use"]);
	host.advance(20_000);
	assert.equal(log.length, 1);
	assert.equal(host.realTime.pending, 0);
});

test("a single try succeeds when the port is open, at once if it is open already", () => {
	const { host, it } = port();
	const told: unknown[] = [];
	it.tryOpen((error) => told.push(error));
	assert.equal(told.length, 0);
	host.advance(1);
	it.tryOpen((error) => told.push(error));
	assert.deepEqual(told, [undefined, undefined]);
});

test("a single try that is overtaken by a close is told so", () => {
	const { it } = port();
	const told: unknown[] = [];
	it.tryOpen((error) => told.push(error));
	it.close();
	assert.deepEqual(told, ["the port was closed"]);
});

test("a second single try while one is under way is refused", () => {
	const { host, it } = port();
	const told: unknown[] = [];
	it.tryOpen((error) => told.push(`first ${error}`));
	it.tryOpen((error) => told.push(`second ${error}`));
	host.advance(1);
	assert.deepEqual(told, ["second the port is being opened already", "first undefined"]);
});

test("HTTPS waits for its certificate", () => {
	let identity: Uint8Array | undefined;
	const { host, log, it } = port(() => identity);
	it.open();
	host.advance(1);
	assert.deepEqual(log, ["there is no certificate yet"]);
	identity = new Uint8Array([1]);
	host.advance(5_000);
	assert.equal(it.number, 443);
});
