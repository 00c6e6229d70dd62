import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { IDENTITY_KEY } from "../../../modules/flash-keys";
import { TlsIdentity } from "../../../modules/https-mode/tls-identity";
import { FakeHost } from "../../fakes/host";

function identity(host = new FakeHost()) {
	const log: string[] = [];
	const it = new TlsIdentity(
		host,
		() => log.push("ready"),
		(message) => log.push(message),
	);
	return { host, log, it };
}

test("the first start makes it and keeps it", () => {
	const { host, it, log } = identity();
	const before: unknown = it.value;
	assert.equal(before, undefined);
	host.advance(1);
	assert.deepEqual(log, ["ready"]);
	assert.deepEqual(host.flash.get(IDENTITY_KEY), it.value);
	assert.equal(
		it.fingerprint,
		createHash("sha256")
			.update(it.value as Uint8Array)
			.digest("hex"),
	);
});

test("a later start takes it from the flash", () => {
	const { host, it } = identity();
	host.advance(1);
	assert.deepEqual(identity(host).it.value, it.value);
});

test("one that cannot be read is made anew", () => {
	const host = new FakeHost();
	host.flash.set(IDENTITY_KEY, new Uint8Array([1, 2, 3]));
	host.network.fingerprint = (bytes) => (bytes.length === 3 ? undefined : new Uint8Array(32));
	const { it, log } = identity(host);
	host.advance(1);
	assert.deepEqual(log, ["ready"]);
	assert.equal(it.fingerprint, "00".repeat(32));
});

test("renewing it takes the old one away at once", () => {
	const { host, it } = identity();
	host.advance(1);
	const old = it.fingerprint;
	it.renew();
	assert.equal(it.value, undefined);
	host.advance(1);
	assert.notEqual(it.fingerprint, old);
});

test("of two renewals under way only the second counts", () => {
	const { host, it, log } = identity();
	it.renew();
	host.advance(1);
	assert.deepEqual(log, ["ready"]);
});

test("a failure is told and tried again", () => {
	const host = new FakeHost();
	host.network.identitiesFail = true;
	const { log } = identity(host);
	host.advance(1);
	assert.equal(log.length, 1);
	host.network.identitiesFail = false;
	host.advance(6_000);
	assert.equal(log.at(-1), "ready");
});

test("a flash that does not take it does not keep HTTPS away", () => {
	const host = new FakeHost();
	host.flash.writesLeft = 0;
	const { log, it } = identity(host);
	host.advance(1);
	assert.deepEqual(log, ["the certificate could not be stored", "ready"]);
	assert.ok(it.value);
});
