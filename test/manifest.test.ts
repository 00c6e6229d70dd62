import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path/posix";
import { test } from "node:test";

/** Names of our modules begin with it, and go on with their path (XS resolves "./x" by name). */
const PREFIX = "ambient16/";
const FOLDERS = ["common", "modules", "hosts/moddable", "hosts/simulated", "hosts/simulator", "hosts/esp32"];
const MANIFESTS = ["manifest.json", ...manifests("hosts")];

interface Manifest {
	modules?: Record<string, string | string[]>;
	preload?: string[];
}

function manifests(folder: string): string[] {
	return readdirSync(folder, { recursive: true, encoding: "utf8" })
		.map((file) => join(folder, file.replaceAll("\\", "/")))
		.filter((file) => basename(file) === "manifest.json");
}

function manifest(path: string): Manifest {
	return JSON.parse(readFileSync(path, "utf8"));
}

function sources(folder: string): string[] {
	return readdirSync(folder, { recursive: true, encoding: "utf8" })
		.map((file) => join(folder, file.replaceAll("\\", "/")))
		.filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))
		.map((file) => file.slice(0, -".ts".length));
}

/** Our modules in a manifest: the path of each without its extension, by its name. */
function modules(path: string): Map<string, string> {
	const found = new Map<string, string>();
	for (const [name, value] of Object.entries(manifest(path).modules ?? {})) {
		if (!name.startsWith(PREFIX)) continue;
		for (const source of [value].flat()) {
			const file = normalize(join(dirname(path), source));
			const files = file.endsWith("/*")
				? sources(dirname(file)).filter((one) => dirname(one) === dirname(file))
				: [file];
			for (const one of files) found.set(name.replace("*", basename(one)), one);
		}
	}
	return found;
}

test("every source that XS runs is in a manifest, under its path", () => {
	const listed = MANIFESTS.flatMap((path) => [...modules(path)]);
	const files = listed.map(([, file]) => file);
	assert.deepEqual(
		files.sort(),
		["main", "hosts/partition", "hosts/resumptions", "hosts/update-key", ...FOLDERS.flatMap(sources)].sort(),
	);
	for (const [name, file] of listed) if (name !== `${PREFIX}#host`) assert.equal(name, PREFIX + file);
});

test("each is preloaded into flash but main, which runs the device", () => {
	for (const path of MANIFESTS) {
		const names = [...modules(path).keys()].filter((name) => name !== `${PREFIX}main`);
		const preloaded = (manifest(path).preload ?? []).filter((name) => name.startsWith(PREFIX));
		assert.deepEqual(preloaded.sort(), names.sort(), path);
	}
});

test("each host's entry stands for #host and leads to that host", () => {
	for (const host of ["simulator", "esp32"]) {
		assert.equal(modules(`hosts/${host}/manifest.json`).get(`${PREFIX}#host`), `hosts/${host}/entry`);
		const entry = readFileSync(`hosts/${host}/entry.ts`, "utf8");
		assert.match(entry, new RegExp(`export \\{ run \\} from "${PREFIX}hosts/${host}/host"`));
		const { imports } = JSON.parse(readFileSync("package.json", "utf8"));
		assert.equal(imports["#host"][`xs-${host}`], `./hosts/${host}/host.ts`);
	}
});

test("no other module file of the SDK is named than those in docs/hardware.md, Versions: they move", () => {
	const text = MANIFESTS.map((file) => readFileSync(file, "utf8")).join("\n");
	const named = [...text.matchAll(/"\$\((?:MODDABLE|MODULES|IO|BUILD)\)\/([^"]+)"/g)]
		.map(([, path]) => path as string)
		.filter((path) => !/manifest\w*\.json$/.test(path) && path !== "modules/io")
		.map((path) =>
			path.replace(/targets\/\w+/, "targets/*").replace(/net\/(esp|lin|mac|win)/, "net/<platform>"),
		);
	assert.deepEqual([...new Set(named)].sort(), [
		"devices/esp32/targets/*/setup-target",
		"network/net/<platform>/*",
		"network/net/net",
		"typings/package",
		"typings/tsconfig.es2024",
		"typings/tsconfig.es2025",
	]);
});
