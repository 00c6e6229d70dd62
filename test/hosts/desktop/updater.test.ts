import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { Slots } from "../../../hosts/desktop/slots";
import { SlotUpdater } from "../../../hosts/desktop/updater";
import { type Scope, temporaryFolder } from "../../support/desk";

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
		it.activate();
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
		assert.throws(() => it.activate());
		it.abandon();
	});

	test("on trial it is until it confirms itself; leaving it switches at once", (t) => {
		const { slots, it, data } = updater(t);
		it.begin();
		it.activate();
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
		for (const [key, signer] of [
			["nonsense", privateKey],
			[spki(rsa.publicKey), rsa.privateKey],
			[spki(p384.publicKey), p384.privateKey],
		] as const)
			assert.equal(updater(t, key).it.verify(message, sign("sha256", message, signer)), false);
	});

	test("r and s of zero, of the order and above, negative, and malformed DER are refused (as Wycheproof has them)", (t) => {
		const { it } = updater(t);
		const right = sign("sha256", message, { key: privateKey, dsaEncoding: "ieee-p1363" });
		const [r, s] = [right.subarray(0, 32), right.subarray(32)];
		const n = Buffer.from("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", "hex");
		const integer = (value: Uint8Array) => Buffer.concat([Buffer.from([2, value.length]), value]);
		const positive = (value: Uint8Array) => {
			let start = 0;
			while (start < value.length - 1 && value[start] === 0) start++;
			const bytes = value.subarray(start);
			return integer((bytes[0] as number) & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
		};
		const sequence = (...parts: Uint8Array[]) => {
			const body = Buffer.concat(parts);
			return Buffer.concat([Buffer.from([0x30, body.length]), body]);
		};
		const whole = sequence(positive(r), positive(s));
		assert.equal(it.verify(message, whole), true);
		const zero = Buffer.from([0]);
		const plus = (value: Buffer) =>
			Buffer.from(
				(BigInt(`0x${value.toString("hex")}`) + BigInt(`0x${n.toString("hex")}`))
					.toString(16)
					.padStart(66, "0"),
				"hex",
			);
		const refused: [string, Buffer][] = [
			["empty", Buffer.alloc(0)],
			["r = 0", sequence(positive(zero), positive(s))],
			["s = 0", sequence(positive(r), positive(zero))],
			["both 0", sequence(positive(zero), positive(zero))],
			["r = n", sequence(positive(n), positive(s))],
			["s = n", sequence(positive(r), positive(n))],
			["r + n", sequence(positive(plus(r)), positive(s))],
			["s + n", sequence(positive(r), positive(plus(s)))],
			["r negative", sequence(integer(Buffer.concat([Buffer.from([0xff]), r])), positive(s))],
			["r with zeros before", sequence(integer(Buffer.concat([Buffer.alloc(2), r])), positive(s))],
			["bytes behind", Buffer.concat([whole, zero])],
			["bytes behind, inside", sequence(positive(r), positive(s), zero)],
			["s missing", sequence(positive(r))],
			[
				"long form of the length",
				Buffer.concat([Buffer.from([0x30, 0x81, whole.length - 2]), whole.subarray(2)]),
			],
			["indefinite length", Buffer.concat([Buffer.from([0x30, 0x80]), whole.subarray(2), Buffer.alloc(2)])],
			["no DER at all", right],
			["cut short", whole.subarray(0, -1)],
		];
		for (const [name, signature] of refused) assert.equal(it.verify(message, signature), false, name);
	});

	const openssl = spawnSync("openssl", ["version"]).status === 0;
	test("openssl dgst -verify agrees", { skip: !openssl && "openssl is not installed" }, (t) => {
		const { it, data } = updater(t);
		const path = (name: string) => join(data, name);
		writeFileSync(path("key.pem"), publicKey.export({ format: "pem", type: "spki" }));
		for (let i = 0; i < 20; i++) {
			const text = randomBytes(i * 7);
			const signature = sign("sha256", text, privateKey);
			if (i % 2) signature[signature.length - 1]! ^= 1;
			writeFileSync(path("text"), text);
			writeFileSync(path("signature"), signature);
			const args = [
				"dgst",
				"-sha256",
				"-verify",
				path("key.pem"),
				"-signature",
				path("signature"),
				path("text"),
			];
			assert.equal(it.verify(text, signature), spawnSync("openssl", args).status === 0);
		}
	});
});
