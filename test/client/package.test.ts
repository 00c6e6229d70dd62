import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { startDesk, temporaryFolder } from "../support/desk";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const TYPESCRIPT = join(ROOT, "node_modules", "typescript", "bin", "tsc");

function run(cwd: string, command: string, ...args: string[]): string {
	const { status, stdout, stderr, error } = spawnSync(command, args, {
		cwd,
		encoding: "utf8",
		shell: process.platform === "win32",
	});
	assert.equal(status, 0, `${command} ${args.join(" ")}: ${error ?? stderr + stdout}`);
	return stdout;
}

/** As npm would publish it, installed without a registry. */
describe("the npm package", () => {
	const folder = temporaryFolder({ after });
	let files: string[] = [];

	before(() => {
		const [packed] = JSON.parse(
			run(join(ROOT, "client"), "npm", "pack", "--json", "--pack-destination", folder),
		);
		files = packed.files.map(({ path }: { path: string }) => path);
		writeFileSync(join(folder, "package.json"), '{"type":"module","private":true}');
		const offline = ["--offline", "--omit=optional", "--no-audit", "--no-fund", "--loglevel=error"];
		run(folder, "npm", "install", ...offline, `./${packed.filename}`);
	});

	test("holds what it runs, its types, README and license, and nothing else", () => {
		for (const file of [
			"README.md",
			"LICENSE",
			"package.json",
			"dist/node.js",
			"dist/node.d.ts",
			"dist/browser.js",
		])
			assert.ok(files.includes(file), file);
		for (const file of files)
			assert.match(file, /^(README\.md|LICENSE|package\.json|dist\/(cli\/)?[a-z]+(\.d\.ts|\.js))$/);
		assert.equal(
			readFileSync(join(ROOT, "client", "LICENSE"), "utf8"),
			readFileSync(join(ROOT, "LICENSE"), "utf8"),
		);
	});

	test("is imported by Node.js, and runs as a command", async (t) => {
		const desk = await startDesk(t);
		const program = `import { Sensor } from "ambient16"; console.log((await new Sensor(${JSON.stringify(desk.http)}).info()).udid);`;
		assert.equal(run(folder, process.execPath, "--input-type=module", "--eval", program).trim(), desk.udid);
		const info = run(folder, "npx", "--offline", "ambient16", "info", "--url", desk.http);
		assert.match(info, new RegExp(`^Ambient16 ${desk.udid}, version `));
	});

	test("is bundled for browsers without anything of Node.js", async () => {
		const { outputFiles, metafile } = await build({
			stdin: { contents: 'export { Sensor } from "ambient16";', resolveDir: folder },
			bundle: true,
			write: false,
			metafile: true,
			platform: "browser",
			format: "esm",
			logLevel: "error",
		});
		assert.ok(Object.keys(metafile.inputs).some((path) => path.endsWith("dist/browser.js")));
		assert.doesNotMatch(outputFiles[0]?.text ?? "", /node:/);
	});

	test("is typed", () => {
		const program = (effect: string) =>
			'import { RefusedError, Sensor, type Window } from "ambient16";\n' +
			`await new Sensor("http://localhost").setColor("blue", { effect: "${effect}" });\n` +
			"export const window: Window | null = (await new Sensor('http://localhost').data()).window;\n" +
			"export const code = (error: RefusedError): string => error.code;\n";
		const options = ["--noEmit", "--strict", "--target", "es2022", "--module", "nodenext", "--types", ""];
		const check = (name: string, text: string) => {
			writeFileSync(join(folder, name), text);
			return spawnSync(process.execPath, [TYPESCRIPT, ...options, name], { cwd: folder, encoding: "utf8" });
		};
		const right = check("right.ts", program("solid"));
		assert.equal(right.status, 0, right.stdout);
		const [, example = ""] =
			/^```ts\n([\s\S]*?)^```/m.exec(readFileSync(join(ROOT, "client", "README.md"), "utf8")) ?? [];
		const documented = check("example.ts", example);
		assert.ok(example.includes("ambient16") && documented.status === 0, documented.stdout);
		assert.match(check("wrong.ts", program("flicker")).stdout, /wrong\.ts\(2,.*"flicker"/);
	});
});
