import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { IDENTITY_KEY } from "../../../modules/flash-keys";
import { TlsIdentity } from "../../../modules/https-mode/tls-identity";
import { FakeHost } from "../../fakes/host";

const DAY = 86_400_000;
const MINUTE = 60_000;

function identity(host = new FakeHost(), inUse = () => false) {
	const log: string[] = [];
	const ports = {
		get useIdentity() {
			return inUse();
		},
		arrange: () => log.push("ready"),
	};
	const it = new TlsIdentity(host, { ports, onProblem: (message) => log.push(message) });
	return { host, log, it };
}

/** The key's number in a fake identity. */
const keyOf = (it: TlsIdentity) => new TextDecoder().decode(it.value).split(" ")[1];

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
	host.network.fingerprint = (bytes) => (bytes.length === 3 ? undefined : "00".repeat(32));
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

test("dates of a device without a clock are replaced once it is right, for the same key", () => {
	const host = new FakeHost();
	host.realTime.synced = false;
	const { it, log } = identity(host);
	host.advance(10 * MINUTE);
	const first = it.fingerprint;
	assert.ok(host.network.expiry(it.value!) > host.realTime.now() + 825 * DAY);
	host.realTime.synced = true;
	host.advance(MINUTE + 1);
	const left = host.network.expiry(it.value!) - host.realTime.now();
	assert.ok(left > 800 * DAY && left < 825 * DAY);
	assert.equal(keyOf(it), "1");
	assert.notEqual(it.fingerprint, first);
	assert.deepEqual(host.flash.get(IDENTITY_KEY), it.value);
	assert.deepEqual(log, ["ready"]);
});

test("a certificate is renewed 60 days before its end, and not before", () => {
	const { host, it } = identity();
	host.advance(1);
	const first = it.fingerprint;
	host.realTime.jump(host.realTime.now() + 758 * DAY);
	host.advance(2 * MINUTE);
	assert.equal(it.fingerprint, first);
	host.realTime.jump(host.realTime.now() + 2 * DAY);
	host.advance(2 * MINUTE);
	assert.notEqual(it.fingerprint, first);
	assert.equal(keyOf(it), "1");
});

test("a certificate that somebody was told of stays", () => {
	let inUse = true;
	const { host, it } = identity(undefined, () => inUse);
	host.advance(1);
	const first = it.fingerprint;
	host.realTime.jump(host.realTime.now() + 800 * DAY);
	host.advance(2 * MINUTE);
	assert.equal(it.fingerprint, first);
	// It is asked for again while the new one is made.
	host.network.createIdentity = (_udid, done) => {
		inUse = true;
		host.realTime.once(() => done(new TextEncoder().encode("identity 9")), 0);
	};
	inUse = false;
	host.advance(2 * MINUTE);
	assert.equal(it.fingerprint, first);
});

test("a renewal that fails leaves the old one", () => {
	const { host, it, log } = identity();
	host.advance(1);
	const first = it.fingerprint;
	host.network.identitiesFail = true;
	host.realTime.jump(host.realTime.now() + 800 * DAY);
	host.advance(5 * MINUTE);
	assert.equal(it.fingerprint, first);
	assert.deepEqual(log, ["ready"]);
});
