import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { Slots } from "../../../hosts/desktop/slots";
import { SlotUpdater } from "../../../hosts/desktop/updater";
import { type Scope, temporaryFolder } from "../../support/desk";
import { signature as ecdsa, ORDER, scalars, wrongSignatures } from "../../support/ecdsa";

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const spki = (key: KeyObject) => key.export({ format: "der", type: "spki" }).toString("base64");

function updater(t: Scope, key = spki(publicKey)) {
	const data = temporaryFolder(t);
	const slots = new Slots(data);
	let switches = 0;
	const it = new SlotUpdater({ slots, running: "source", key, onSwitch: () => switches++ });
	return { data, slots, it, switches: () => switches };
}

describe("image", () => {
	test("it is written to the other slot and active only when told so", (t) => {
		const { slots, it } = updater(t);
		it.begin();
		for (const part of ["one ", "two ", "three"]) it.write(Buffer.from(part));
		assert.equal(slots.active, "source");
		it.activate("9.0.0");
		assert.equal(readFileSync(slots.path("a"), "utf8"), "one two three");
		assert.equal(slots.active, "a");
	});

	test("whenever the power goes before the switch, the firmware from before runs", (t) => {
		const { data, it } = updater(t);
		const image = randomBytes(100_000);
		it.begin();
		for (let percent = 0; percent < 100; percent++) {
			it.write(image.subarray(percent * 1_000, (percent + 1) * 1_000));
			assert.equal(new Slots(data).start(), "source");
		}
	});

	test("what was given up is erased", (t) => {
		const { slots, it } = updater(t);
		it.begin();
		it.write(Buffer.from("half"));
		it.abandon();
		assert.equal(existsSync(slots.path("a")), false);
		assert.throws(() => it.activate("9.0.0"));
		it.abandon();
	});

	test("on trial it is until it confirms itself; leaving it switches at once", (t) => {
		const { slots, it, data } = updater(t);
		it.begin();
		it.activate("9.0.0");
		let switches = 0;
		const next = new SlotUpdater({
			slots: new Slots(data),
			running: "a",
			key: "",
			onSwitch: () => switches++,
		});
		assert.equal(it.onTrial, false);
		assert.equal(next.onTrial, true);
		next.rollBack("it does not work");
		assert.equal(switches, 1);
		assert.deepEqual([slots.active, it.rolledBack], ["source", "it does not work"]);
		it.begin();
		assert.equal(it.rolledBack, undefined, "should the power go, it would be told as the reason");
	});
});

describe("signature", () => {
	const message = Buffer.from("Ambient16 update 1\nAmbient16\ndesktop\n9.0.0");

	test("the right one is right, and no other", (t) => {
		const { it } = updater(t);
		const signature = sign("sha256", message, privateKey);
		assert.equal(it.verify(message, signature), true);
		assert.equal(it.verify(Buffer.concat([message, Buffer.from("x")]), signature), false);
		for (let i = 0; i < signature.length; i++) {
			const wrong = Uint8Array.from(signature);
			wrong[i]! ^= 1;
			assert.equal(it.verify(message, wrong), false, `byte ${i}`);
		}
		const other = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
		assert.equal(it.verify(message, sign("sha256", message, other.privateKey)), false);
	});

	test("without a key there is none to be right", (t) => {
		assert.equal(updater(t, "").it.verify(message, sign("sha256", message, privateKey)), undefined);
	});

	test("a key that is none, or of another kind, takes nothing", (t) => {
		const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
		const p384 = generateKeyPairSync("ec", { namedCurve: "secp384r1" });
		const koblitz = generateKeyPairSync("ec", { namedCurve: "secp256k1" });
		for (const [key, signer] of [
			["nonsense", privateKey],
			[spki(rsa.publicKey), rsa.privateKey],
			[spki(p384.publicKey), p384.privateKey],
			[spki(koblitz.publicKey), koblitz.privateKey],
		] as const)
			assert.equal(updater(t, key).it.verify(message, sign("sha256", message, signer)), false);
	});

	const openssl = spawnSync("openssl", ["version"]).status === 0;
	const noOpenssl = { skip: !openssl && "openssl is not installed" };
	/** What `openssl dgst -verify` says. */
	const theirs = (folder: string, text: Uint8Array, signature: Uint8Array) => {
		const path = (name: string) => join(folder, name);
		writeFileSync(path("key.pem"), publicKey.export({ format: "pem", type: "spki" }));
		writeFileSync(path("text"), text);
		writeFileSync(path("signature"), signature);
		const args = ["-sha256", "-verify", path("key.pem"), "-signature", path("signature"), path("text")];
		return spawnSync("openssl", ["dgst", ...args]).status === 0;
	};

	test("whatever is no right signature is refused, and openssl dgst -verify agrees", noOpenssl, (t) => {
		const { it, data } = updater(t);
		// With one of 72 bytes, the longest, openssl does not read what follows.
		let right: Buffer;
		do right = sign("sha256", message, privateKey);
		while (right.length === 72);
		for (const [name, hex] of wrongSignatures(right)) {
			const signature = Buffer.from(hex, "hex");
			assert.equal(it.verify(message, signature), false, name);
			assert.equal(theirs(data, message, signature), false, `${name}, by openssl`);
		}
	});

	test(
		"a right one is right for openssl dgst -verify too, and one of openssl dgst -sign here",
		noOpenssl,
		(t) => {
			const { it, data } = updater(t);
			const key = join(data, "private.pem");
			writeFileSync(key, privateKey.export({ format: "pem", type: "pkcs8" }), { mode: 0o600 });
			for (let i = 0; i < 10; i++) {
				const text = randomBytes(i * 7);
				const [r, s] = scalars(sign("sha256", text, privateKey));
				// As ECDSA is, the negative of s is as right.
				for (const signature of [ecdsa(r, s), ecdsa(r, ORDER - s)].map((hex) => Buffer.from(hex, "hex"))) {
					assert.equal(it.verify(text, signature), true);
					assert.equal(theirs(data, text, signature), true);
				}
				const { stdout } = spawnSync("openssl", ["dgst", "-sha256", "-sign", key], { input: text });
				assert.equal(it.verify(text, stdout), true);
				assert.equal(it.verify(Buffer.concat([text, Buffer.of(0)]), stdout), false);
			}
		},
	);
});
