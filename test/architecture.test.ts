import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path/posix";
import { test } from "node:test";
import { VERSION } from "../modules/version";

const FOLDERS = ["common", "modules", "hosts", "client", "cloud"];

function sources(folder: string): string[] {
	try {
		return (
			readdirSync(folder, { recursive: true, encoding: "utf8" })
				.map((file) => join(folder, file.replaceAll("\\", "/")))
				.filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))
				// What it is tested and measured with is no part of the server.
				.filter((file) => !/^cloud\/(node_modules|test|bench)\//.test(file))
		);
	} catch {
		return [];
	}
}

/** What a source imports: files of ours by their path, others by their specifier. */
function imports(file: string): string[] {
	const text = readFileSync(file, "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
	const found = [
		...text.matchAll(/^\s*(?:import|export)\b[^;"]*?\bfrom\s*"([^"]+)"|\bimport\s*\(?\s*"([^"]+)"/gm),
	];
	return found.map(([, from, alone]) => {
		const specifier = (from ?? alone) as string;
		return specifier.startsWith(".") ? `${normalize(join(dirname(file), specifier))}.ts` : specifier;
	});
}

/** The first circle of imports found, as a list of files. */
function circle(graph: Map<string, string[]>): string[] | undefined {
	const done = new Set<string>();
	const visit = (file: string, path: string[]): string[] | undefined => {
		if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
		if (done.has(file)) return undefined;
		done.add(file);
		for (const next of graph.get(file) ?? []) {
			const found = visit(next, [...path, file]);
			if (found) return found;
		}
		return undefined;
	};
	for (const file of graph.keys()) {
		const found = visit(file, []);
		if (found) return found;
	}
	return undefined;
}

test("common/ imports nothing", () => {
	assert.ok(sources("common").length > 0);
	for (const file of sources("common")) assert.deepEqual(imports(file), [], file);
});

test("modules/ imports nothing but itself, common/ and the types of hosts/host.ts", () => {
	for (const file of sources("modules"))
		for (const imported of imports(file)) {
			const allowed = /^(modules|common)\//.test(imported) || imported === "hosts/host.ts";
			assert.ok(allowed, `${file} imports ${imported}`);
		}
	for (const file of sources("modules"))
		for (const line of readFileSync(file, "utf8").split(";"))
			if (/hosts\/host"/.test(line)) assert.match(line, /import type\b/, file);
});

test("hosts/ imports nothing of modules/", () => {
	for (const file of sources("hosts"))
		for (const imported of imports(file))
			assert.ok(!imported.startsWith("modules/"), `${file} imports ${imported}`);
});

test("cloud/ imports nothing of ours but client/, and nobody imports cloud/", () => {
	assert.ok(sources("cloud").length > 0);
	for (const file of sources("cloud"))
		for (const imported of imports(file).filter((it) => it.endsWith(".ts")))
			assert.match(imported, /^(cloud|client)\//, file);
	for (const file of FOLDERS.filter((folder) => folder !== "cloud").flatMap(sources))
		for (const imported of imports(file))
			assert.ok(!imported.startsWith("cloud/"), `${file} imports ${imported}`);
});

test("imports form no circle", () => {
	const graph = new Map(FOLDERS.flatMap(sources).map((file) => [file, imports(file)]));
	assert.ok(graph.size > 10);
	// The type that names the parts of the server which use each other.
	graph.delete("cloud/services.ts");
	assert.equal(circle(graph)?.join(" -> "), undefined);
});

test("the folders of modules/ form no circle", () => {
	const graph = new Map<string, string[]>();
	for (const file of sources("modules")) {
		const folder = part(file);
		const others = imports(file).map(part);
		graph.set(
			folder,
			(graph.get(folder) ?? []).concat(others.filter((other) => other !== folder && other !== "host")),
		);
	}
	assert.ok(graph.size > 10);
	assert.equal(circle(graph)?.join(" -> "), undefined);
});

/** The folder of a file in modules/; of one that lies in none, its own name. */
function part(file: string): string {
	return basename(file.split("/")[1] ?? "", ".ts");
}

test("the checks above find what they look for", () => {
	assert.deepEqual(
		circle(
			new Map([
				["a", ["b"]],
				["b", ["c"]],
				["c", ["b"]],
			]),
		),
		["b", "c", "b"],
	);
	assert.ok(imports("modules/device.ts").includes("modules/api/api.ts"));
	assert.ok(imports("main.ts").includes("#host"));
	assert.equal(part("modules/api/commands/cloud.ts"), "api");
	assert.equal(part("modules/settings.ts"), "settings");
});

test("the firmware has the version of package.json", () => {
	assert.equal(JSON.parse(readFileSync("package.json", "utf8")).version, VERSION);
});

/** A regular expression that is written out, where one can stand. Its text is the first group. */
const PATTERN =
	/(?<=[(,=:[!&|?{};]\s*|return\s+)\/(?![*/])((?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)\/[dgimsuvy]*/g;

/** The patterns in a source that repeat something. */
function repeating(source: string): string[] {
	// Comments, and texts, in which a slash is no pattern's.
	const code = source
		.replace(/\/\*[\s\S]*?\*\//g, "")
		.replace(/^\s*\/\/.*$/gm, "")
		.replace(/"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g, '""');
	return [...code.matchAll(PATTERN)]
		.filter(([, pattern = ""]) => /[*+?{]/.test(pattern.replace(/\\.|\[(?:[^\]\\]|\\.)*\]/g, "x")))
		.map(([text]) => text);
}

test("on the chip no pattern repeats: XS takes 32 bytes for each character that it steps over, and ends without", () => {
	assert.deepEqual(repeating("if (/[a+]|b\\*/.test(x)) y(/^a{2}/g, /[*]+/)"), ["/^a{2}/g", "/[*]+/"]);
	const folders = ["common", "modules", "hosts/moddable", "hosts/esp32", "hosts/simulator"];
	for (const file of folders.flatMap(sources)) {
		const source = readFileSync(file, "utf8");
		assert.deepEqual(repeating(source), [], file);
		assert.doesNotMatch(source, /new RegExp\b/, file);
	}
});
