import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import {
	createHash,
	createPrivateKey,
	createPublicKey,
	generateKeyPairSync,
	type KeyObject,
	sign,
} from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ORDER, scalars, signature, wrongSignatures } from "../../support/ecdsa";

const sha256 = (text: string) => createHash("sha256").update(text).digest();

/** Tests of the verification of updates, through `tool verify`. */
export function testSignatures(tool: () => string, folder: () => string): void {
	const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
	const spki = (key: KeyObject) => key.export({ type: "spki", format: "der" }).toString("hex");
	const digest = sha256("update").toString("hex");
	const good = sign("sha256", Buffer.from("update"), privateKey);
	const [r, s] = scalars(good);

	/** Which of the lines of key, digest and signature are taken for right. */
	function verify(lines: [string, string, string][]): Promise<boolean[]> {
		return new Promise((resolve, reject) => {
			const child = execFile(tool(), ["verify"], (error, stdout) => {
				if (error) reject(error);
				else
					resolve(
						stdout
							.split("\n")
							.slice(0, -1)
							.map((line) => line === "1"),
					);
			});
			child.stdin?.end(lines.map((line) => `${line.join(" ")}\n`).join(""));
		});
	}

	test("a signature is right with its key and digest, and with no other", async () => {
		const other = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey;
		const lines: [string, string, string][] = [
			[spki(publicKey), digest, good.toString("hex")],
			[spki(other), digest, good.toString("hex")],
			[spki(publicKey), sha256("Update").toString("hex"), good.toString("hex")],
		];
		assert.deepEqual(await verify(lines), [true, false, false]);
	});

	test("signatures of node:crypto are right, and wrong with one bit changed", async () => {
		const lines: [string, string, string][] = [];
		for (let i = 0; i < 80; i++) {
			const text = `update ${i}`;
			const right = sign("sha256", Buffer.from(text), privateKey);
			lines.push([spki(publicKey), sha256(text).toString("hex"), right.toString("hex")]);
			const wrong = Buffer.from(right);
			wrong[(i * 7) % wrong.length]! ^= 1 << (i % 8);
			lines.push([spki(publicKey), sha256(text).toString("hex"), wrong.toString("hex")]);
		}
		assert.deepEqual(
			await verify(lines),
			lines.map((_, i) => i % 2 === 0),
		);
	});

	test("openssl dgst -verify agrees", async () => {
		const at = (name: string) => join(folder(), name);
		writeFileSync(at("update.pub"), publicKey.export({ type: "spki", format: "pem" }));
		writeFileSync(at("update"), "update");
		const theirs = (der: Buffer) => {
			writeFileSync(at("update.sig"), der);
			try {
				execFileSync(
					"openssl",
					["dgst", "-sha256", "-verify", at("update.pub"), "-signature", at("update.sig"), at("update")],
					{
						stdio: "ignore",
					},
				);
				return true;
			} catch {
				return false;
			}
		};
		const cases = [
			good,
			Buffer.from(signature(s, r), "hex"),
			Buffer.from(signature(r, ORDER - s), "hex"),
			good.subarray(0, -1),
		];
		const ours = await verify(cases.map((der) => [spki(publicKey), digest, der.toString("hex")]));
		assert.deepEqual(ours, cases.map(theirs));
		assert.deepEqual(ours, [true, false, true, false]);
	});

	test("whatever is no right signature is refused", async () => {
		const wrong = wrongSignatures(good);
		const taken = await verify(wrong.map(([, der]) => [spki(publicKey), digest, der || "-"]));
		assert.deepEqual(
			wrong.flatMap(([name], i) => (taken[i] ? [name] : [])),
			[],
		);
		assert.equal(taken.length, wrong.length);
	});

	test("a key that is no P-256 key is refused", async () => {
		const p384 = generateKeyPairSync("ec", { namedCurve: "P-384" }).publicKey;
		const koblitz = generateKeyPairSync("ec", { namedCurve: "secp256k1" }).publicKey;
		const hex = spki(publicKey);
		const [head, point] = [hex.slice(0, -130), hex.slice(-130)];
		const off = `${point.slice(0, -2)}${(Number.parseInt(point.slice(-2), 16) ^ 1).toString(16).padStart(2, "0")}`;
		const compressed = `0${2 + (Number.parseInt(point.slice(-2), 16) & 1)}${point.slice(2, 66)}`;
		const keys = [
			spki(p384),
			spki(koblitz),
			hex.slice(2),
			hex.slice(0, -2),
			`${hex}00`,
			point,
			head + off,
			head + compressed,
			`${head}06${point.slice(2)}`,
			"00",
			`${head}04${"00".repeat(64)}`,
			`${head}04${"ff".repeat(64)}`,
		];
		assert.deepEqual(
			await verify(keys.map((key) => [key, digest, good.toString("hex")])),
			keys.map(() => false),
		);
	});

	test("a signature made with n - d, whose point is the negative, is refused", async () => {
		const jwk = privateKey.export({ format: "jwk" });
		const d = BigInt(`0x${Buffer.from(jwk.d!, "base64url").toString("hex")}`);
		const y = BigInt(`0x${Buffer.from(jwk.y!, "base64url").toString("hex")}`);
		const field = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
		const encode = (value: bigint) =>
			Buffer.from(value.toString(16).padStart(64, "0"), "hex").toString("base64url");
		const negative = createPrivateKey({
			key: { ...jwk, d: encode(ORDER - d), y: encode(field - y) },
			format: "jwk",
		});
		const der = sign("sha256", Buffer.from("update"), negative).toString("hex");
		assert.deepEqual(
			await verify([
				[spki(publicKey), digest, der],
				[spki(createPublicKey(negative)), digest, der],
			]),
			[false, true],
		);
	});
}
