// npm run release -- TARGET --base URL [--key FILE] [--image FILE] [--out DIR]: builds the image for a target, desktop
// or a chip or board, and writes and signs its manifest. URL is where both files will be.
import { spawnSync } from "node:child_process";
import { createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { bundle } from "./bundle.mjs";
import { install, root } from "./install.mjs";
import { imagePath, targets } from "./moddable.mjs";

install();

function refuse(message) {
	console.error(message);
	process.exit(1);
}

let options;
try {
	options = parseArgs({
		allowPositionals: true,
		options: {
			base: { type: "string" },
			key: { type: "string", default: join(homedir(), ".config", "ambient16", "update-key.pem") },
			image: { type: "string" },
			out: { type: "string", default: join(root, "build", "release") },
		},
	});
} catch (error) {
	refuse(error.message);
}
const [target] = options.positionals;
const { base, key: keyFile, image: imageFile, out } = options.values;
if (!target || !base) refuse("npm run release -- TARGET --base URL [--key FILE] [--image FILE] [--out DIR]");
if (!existsSync(keyFile)) refuse(`There is no key ${keyFile}: npm run keygen makes one.`);
if (target !== "desktop" && !targets.includes(target))
	refuse(`There is no target ${target}: desktop, ${targets.join(", ")}.`);

const { register } = await import("tsx/esm/api");
register();
const { signedText } = await import("../modules/update/manifest.ts");
const { PRODUCT, VERSION } = await import("../modules/version.ts");
const { UPDATE_KEY } = await import("../hosts/update-key.ts");

const privateKey = createPrivateKey(readFileSync(keyFile));
const publicKey = createPublicKey(privateKey).export({ format: "der", type: "spki" }).toString("base64");
if (publicKey !== UPDATE_KEY)
	refuse(
		"The key is not the one in hosts/update-key.ts: devices would refuse what it signs, and what comes after.",
	);

const image = imageFile
	? readFileSync(resolve(imageFile))
	: target === "desktop"
		? await bundle()
		: buildForChip();
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

/** By npm run esp32, which says in one line what it lacks. */
function buildForChip() {
	const script = fileURLToPath(new URL("esp32.mjs", import.meta.url));
	const { status } = spawnSync(process.execPath, [script, target], { stdio: ["ignore", 2, 2] });
	if (status !== 0) process.exit(1);
	return readFileSync(imagePath(target, "release"));
}
