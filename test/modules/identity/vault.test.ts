import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { inspect } from "node:util";
import { Vault } from "../../../modules/identity/vault";
import { FakeHost } from "../../fakes/host";

const UUID = "01234567-89ab-4def-8123-456789abcdef";

function paired(): { host: FakeHost; vault: Vault } {
	const host = new FakeHost();
	const vault = new Vault(host);
	vault.store(UUID);
	return { host, vault };
}

test("the secret is the MD5 of the token followed by the UUID", () => {
	assert.equal(paired().vault.md5("uulroqkt"), "eb2db0f0c8924e73d334fed37d41ca37");
});

test("the HMAC is keyed with the text of the UUID", () => {
	assert.equal(paired().vault.hmac("a\nb"), createHmac("sha256", UUID).update("a\nb").digest("hex"));
});

test("a device is paired from the first UUID on, also after a restart", () => {
	const { host, vault } = paired();
	assert.equal(vault.paired, true);
	assert.equal(new Vault(host).paired, true);
	assert.equal(new Vault(new FakeHost()).paired, false);
});

test("a second UUID is not taken", () => {
	const { vault } = paired();
	assert.throws(() => vault.store("fedcba98-7654-4210-8fed-cba987654321"));
	assert.equal(vault.md5("uulroqkt"), "eb2db0f0c8924e73d334fed37d41ca37");
});

test("a UUID that the flash did not take leaves the device unpaired", () => {
	const host = new FakeHost();
	const vault = new Vault(host);
	host.flash.writesLeft = 0;
	assert.throws(() => vault.store(UUID));
	assert.equal(vault.paired, false);
});

test("nothing that can be printed of a vault holds the UUID", () => {
	const { vault } = paired();
	assert.ok(!inspect(vault, { depth: 9, showHidden: true }).includes(UUID));
	assert.equal(JSON.stringify(vault), "{}");
});

test("an unpaired device has no secret to compare with", () => {
	assert.throws(() => new Vault(new FakeHost()).md5("uulroqkt"));
});
