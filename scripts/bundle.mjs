import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { root } from "./install.mjs";

/** What npm runs as bundles: the entries of each, and all that can change what comes of them. */
const PROGRAMS = {
	desk: {
		entries: ["main.ts", "scripts/supervisor.ts"],
		sources: ["main.ts", "scripts/supervisor.ts", "common", "hosts", "modules", "setup"],
	},
	ambient16: { entries: ["client/cli/main.ts"], sources: ["client"] },
};
const TOOLS = [
	"scripts/bundle.mjs",
	"scripts/panel-files.mjs",
	"scripts/setup-page.mjs",
	"package.json",
	"package-lock.json",
];

/** ms after which a bundle that nothing has asked for any more is removed. */
const KEPT = 30 * 86_400_000;

const COMMON = {
	absWorkingDir: root,
	bundle: true,
	platform: "node",
	format: "esm",
	target: "node20",
	// Of modules as ECMAScript has them only what is used is taken.
	mainFields: ["module", "main"],
	logLevel: "warning",
	// Packages in CommonJS that ask for Node's own modules.
	banner: {
		js: 'import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);',
	},
	define: { "process.env.NODE_ENV": '"production"' },
};

/** The firmware for a desk in one file, with all it needs but Node.js. The same sources give the same bytes. */
export async function bundle() {
	const { outputFiles = [] } = await compile({
		entryPoints: ["main.ts"],
		write: false,
		minify: true,
		keepNames: true,
		legalComments: "eof",
	});
	return Buffer.concat(outputFiles.map(({ contents }) => contents));
}

/** How many programs this process has begun to make. */
let made = 0;

/**
 * The folder with a program, `desk` or `ambient16`, as it stands in the repository. It is made when its sources have
 * changed, and kept by their content: starting it then takes a fraction of the time and memory that a compiler takes.
 */
export async function built(program) {
	const { entries, sources } = PROGRAMS[program];
	const folder = join(root, "build", "programs");
	const name = `${program}-${digest([...sources, ...TOOLS])}`;
	const path = join(folder, name);
	if (existsSync(path)) {
		utimesSync(path, new Date(), new Date());
		return path;
	}
	// Somebody else may make it at the moment, also in this process.
	const mine = `${path}.${process.pid}.${made++}`;
	const { metafile } = await compile({
		entryPoints: entries,
		metafile: true,
		outdir: mine,
		outExtension: { ".js": ".mjs" },
		entryNames: "[name]",
		splitting: true,
	});
	// A change of what is not named would not be seen, and an old bundle run.
	const isNamed = (file) => sources.some((source) => file === source || file.startsWith(`${source}/`));
	for (const file of Object.keys(metafile?.inputs ?? {}))
		if (!file.includes("node_modules/") && !isNamed(file))
			throw new Error(`${file} is in ${program}, and not among its sources in scripts/bundle.mjs`);
	try {
		renameSync(mine, path);
	} catch (error) {
		rmSync(mine, { recursive: true });
		if (!existsSync(path)) throw error;
	}
	prune(folder);
	return path;
}

async function compile(options) {
	const [{ build }, { panelFiles }, { setupPageFile }] = await Promise.all([
		import("esbuild"),
		import("./panel-files.mjs"),
		import("./setup-page.mjs"),
	]);
	return build({ ...COMMON, plugins: [panelFiles, setupPageFile], ...options });
}

/** Of all files there, by name and content. */
function digest(paths) {
	const hash = createHash("sha256").update(process.version);
	const add = (path) => {
		if (statSync(join(root, path)).isDirectory()) {
			for (const name of readdirSync(join(root, path)).sort()) add(`${path}/${name}`);
			return;
		}
		const content = readFileSync(join(root, path));
		hash.update(`${path}\0${content.length}\0`).update(content);
	};
	for (const path of paths) add(path);
	return hash.digest("hex").slice(0, 16);
}

function prune(folder) {
	for (const name of readdirSync(folder)) {
		const path = join(folder, name);
		if (Date.now() - statSync(path).mtimeMs > KEPT) rmSync(path, { recursive: true, force: true });
	}
}
