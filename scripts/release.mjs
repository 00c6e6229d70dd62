// npm run release -- TARGET --base URL [--key FILE] [--image FILE] [--out DIR]: builds the image for a target, desktop
// or a chip or board, and writes and signs its manifest. URL is where both files will be.
import { spawnSync } from "node:child_process";
import { createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle } from "./bundle.mjs";
import { fail, readArguments } from "./command-line.mjs";
import { install, root } from "./install.mjs";
import { imagePath, targets } from "./moddable.mjs";

install();

const USAGE = "npm run release -- TARGET --base URL [--key FILE] [--image FILE] [--out DIR]";

const { positionals, values } = readArguments(
	{
		allowPositionals: true,
		options: {
			base: { type: "string" },
			key: { type: "string" },
			image: { type: "string" },
			out: { type: "string" },
		},
	},
	USAGE,
);
const [target] = positionals;
const {
	base,
	key: keyFile = join(homedir(), ".config", "ambient16", "update-key.pem"),
	image: imageFile,
	out = join(root, "build", "release"),
} = values;
if (!target || !base || positionals.length > 1) fail(`Usage: ${USAGE}`);
if (!existsSync(keyFile)) fail(`There is no key ${keyFile}: npm run keygen makes one.`);
if (target !== "desktop" && !targets.includes(target))
	fail(`There is no target ${target}: desktop, ${targets.join(", ")}.`);

const { register } = await import("tsx/esm/api");
register();
const { signedText } = await import("../modules/update/manifest.ts");
const { PRODUCT, VERSION } = await import("../modules/version.ts");
const { UPDATE_KEY } = await import("../hosts/update-key.ts");

const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
if (version !== VERSION)
	fail(`package.json is of version ${version}, modules/version.ts of ${VERSION}: npm version sets both.`);

const privateKey = keyIn(keyFile);
const publicKey = createPublicKey(privateKey).export({ format: "der", type: "spki" }).toString("base64");
if (publicKey !== UPDATE_KEY)
	fail(
		"The key is not the one in hosts/update-key.ts: devices would refuse what it signs, and what comes after.",
	);

const image = imageFile
	? read(resolve(imageFile))
	: target === "desktop"
		? await bundle()
		: buildForChip(target);
const name = `ambient16-${target}-${VERSION}.${target === "desktop" ? "mjs" : "bin"}`;
const claims = {
	product: PRODUCT,
	target,
	version: VERSION,
	size: image.length,
	sha256: createHash("sha256").update(image).digest("hex"),
	url: `${base.replace(/\/$/, "")}/${name}`,
};
const signature = sign("sha256", Buffer.from(signedText(claims)), privateKey).toString("base64");

mkdirSync(out, { recursive: true });
writeFileSync(join(out, name), image);
writeFileSync(join(out, `${target}.json`), `${JSON.stringify({ ...claims, signature }, null, "\t")}\n`);
console.log(
	`${join(out, name)}, ${image.length} bytes\n${join(out, `${target}.json`)}, to be published beside it`,
);

/** @param {string} file */
function read(file) {
	try {
		return readFileSync(file);
	} catch (error) {
		fail(`${file} cannot be read: ${/** @type {Error} */ (error).message}`);
	}
}

/** @param {string} file */
function keyIn(file) {
	const text = read(file);
	try {
		return createPrivateKey(text);
	} catch {
		fail(`${file} holds no private key.`);
	}
}

/**
 * By npm run esp32, which says in one line what it lacks.
 * @param {string} target
 */
function buildForChip(target) {
	const script = fileURLToPath(new URL("esp32.mjs", import.meta.url));
	const { status } = spawnSync(process.execPath, [script, target], { stdio: ["ignore", 2, 2] });
	if (status !== 0) process.exit(1);
	return readFileSync(imagePath(target, "release"));
}
