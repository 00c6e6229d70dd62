import { build } from "esbuild";
import { root } from "./install.mjs";
import { panelFiles } from "./panel-files.mjs";

/** The firmware for a desk in one file, with all it needs but Node.js. The same sources give the same bytes. */
export async function bundle() {
	const { outputFiles } = await build({
		absWorkingDir: root,
		entryPoints: ["main.ts"],
		bundle: true,
		platform: "node",
		format: "esm",
		target: "node20",
		write: false,
		minify: true,
		keepNames: true,
		legalComments: "eof",
		logLevel: "warning",
		// Packages in CommonJS that ask for Node's own modules.
		banner: {
			js: 'import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);',
		},
		plugins: [panelFiles],
		define: { "process.env.NODE_ENV": '"production"' },
	});
	return Buffer.concat(outputFiles.map(({ contents }) => contents));
}
