import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
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

const secrets = (vault: Vault) => vault.secrets.map((secret) => secret.md5("uulroqkt"));
const md5 = (uuid: string) => createHash("md5").update(`uulroqkt${uuid}`).digest("hex");

test("the secret is the MD5 of the token followed by the UUID", () => {
	assert.equal(secrets(paired().vault)[0], "eb2db0f0c8924e73d334fed37d41ca37");
});

test("what stands behind the UUID is hashed behind it", () => {
	const digest = createHash("md5").update(`a${UUID}b`).digest("hex");
	assert.equal(paired().vault.secrets[0]?.md5("a", "b"), digest);
});

test("the HMAC is keyed with the text of the UUID", () => {
	const hmac = createHmac("sha256", UUID).update("a\nb").digest("hex");
	assert.equal(paired().vault.secrets[0]?.hmac("a\nb"), hmac);
});

test("a UUID is the same one in lower case, in upper case and as it was given (device-management-toolkit#775)", () => {
	const [lower, upper] = [md5(UUID), md5(UUID.toUpperCase())];
	const mixed = `ABCDEFab${UUID.slice(8)}`;
	for (const [uuid, expected] of [
		[UUID, [lower, upper]],
		[UUID.toUpperCase(), [lower, upper]],
		[mixed, [md5(mixed.toLowerCase()), md5(mixed.toUpperCase()), md5(mixed)]],
	] as const) {
		const host = new FakeHost();
		new Vault(host).store(uuid);
		assert.deepEqual(secrets(new Vault(host)), expected);
	}
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
	assert.equal(secrets(vault)[0], "eb2db0f0c8924e73d334fed37d41ca37");
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
	const { vault } = paired();
	vault.forget();
	for (const it of [vault, new Vault(new FakeHost())]) assert.deepEqual(it.secrets, []);
});
