// Makes the set-up page of setup/ one file, as the device sends it: nothing to fetch beside it, compressed.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { buildSync } from "esbuild";
import { root } from "./install.mjs";

const source = join(root, "setup");

/** The page's HTML. The same sources give the same bytes. */
export function setupPage() {
	const script = minify("main.js");
	const style = minify("style.css");
	const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
	// Nothing but what is in it, whatever a network's name is made of.
	const policy = [
		"default-src 'none'",
		"connect-src 'self'",
		"form-action 'self'",
		"base-uri 'none'",
		`script-src ${hash(script)}`,
		`style-src ${hash(style)}`,
	].join("; ");
	return readFileSync(join(source, "index.html"), "utf8")
		.replace(
			'<link rel="stylesheet" href="style.css">',
			() => `<meta http-equiv="Content-Security-Policy" content="${policy}">\n<style>${style}</style>`,
		)
		.replace('<script src="main.js"></script>', () => `<script type="module">${script}</script>`)
		.replace(/\n+/g, "\n");
}

/** For esbuild: puts the page into a bundle for a desk. */
export const setupPageFile = {
	name: "setup-page",
	/** @param {import("esbuild").PluginBuild} build */
	setup({ onLoad }) {
		onLoad({ filter: /[\\/]desktop[\\/]setup-page\.ts$/ }, () => {
			const page = compress(setupPage()).toString("base64");
			return {
				contents: `export const readSetupPage = () => Uint8Array.from(Buffer.from("${page}", "base64"));`,
			};
		});
	},
};

/** Writes it, compressed, to build/setup for the builds of XS. */
export function writeSetupPage() {
	const folder = join(root, "build", "setup");
	const path = join(folder, "setup.gz");
	const bytes = compress(setupPage());
	mkdirSync(folder, { recursive: true });
	writeFileSync(path, bytes);
}

/** Without the time, which gzip would add. */
export function compress(html) {
	return gzipSync(html, { level: 9 });
}

function minify(file) {
	const { outputFiles } = buildSync({
		entryPoints: [join(source, file)],
		bundle: true,
		minify: true,
		write: false,
		format: "esm",
		// Phones of the last years.
		target: ["safari15.4", "chrome103", "firefox100"],
		logLevel: "warning",
	});
	return (outputFiles[0]?.text ?? "").trim();
}
