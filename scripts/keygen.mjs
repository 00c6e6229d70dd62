// npm run keygen -- [FILE]: makes the key that updates are signed with. The private half goes to FILE, outside the
// repository; the public half goes into the firmware, hosts/update-key.ts.
import { generateKeyPairSync } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { fail, readArguments } from "./command-line.mjs";
import { root } from "./install.mjs";

const { positionals } = readArguments({ allowPositionals: true }, "npm run keygen -- [FILE]");
if (positionals.length > 1) fail("Name one file.");
const file = resolve(positionals[0] ?? join(homedir(), ".config", "ambient16", "update-key.pem"));

if (!relative(root, file).startsWith(".."))
	fail(`${file} is inside the repository. Choose a file outside it.`);
if (existsSync(file))
	fail(`${file} exists already. Devices with its public half take updates from it only: keep it.`);

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
try {
	mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
	writeFileSync(file, privateKey.export({ format: "pem", type: "pkcs8" }), { flag: "wx", mode: 0o600 });
} catch (error) {
	fail(`${file} cannot be written: ${/** @type {Error} */ (error).message}`);
}

const source = join(root, "hosts", "update-key.ts");
const key = publicKey.export({ format: "der", type: "spki" }).toString("base64");
// A function, as "$" has a meaning in a replacement text.
const text = readFileSync(source, "utf8").replace(/UPDATE_KEY =\s*"[^"]*"/, () => `UPDATE_KEY =\n\t"${key}"`);
writeFileSync(source, text);

console.log(`The private key is in ${file}. Keep a copy in a safe place: without it, no device can be updated.
The public key is in hosts/update-key.ts, and in every firmware that is built from now on.`);
