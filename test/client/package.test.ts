import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { startDesk, temporaryFolder } from "../support/desk";
import { suiteScope } from "../support/scope";

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
	const folder = temporaryFolder(suiteScope(after));
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

	test("says what is missing for a way through a broker", () => {
		const program =
			'import { MqttSensor } from "ambient16"; const url = "mqtt://127.0.0.1:1/10000fb38278";' +
			'await new MqttSensor(url, { uuid: "a" }).data().catch(({ name, message }) => console.log(name + ": " + message));';
		assert.equal(
			run(folder, process.execPath, "--input-type=module", "--eval", program),
			"UsageError: commands through a broker need the package mqtt: npm install mqtt\n",
		);
	});

	test("makes a command of the clone, as the README has it", async (t) => {
		assert.match(readFileSync(join(ROOT, "README.md"), "utf8"), /`npm install -g \.\/client`/);
		const prefix = temporaryFolder(t);
		rmSync(join(ROOT, "client", "dist"), { recursive: true, force: true });
		const quiet = ["--offline", "--no-audit", "--no-fund", "--loglevel=error"];
		run(ROOT, "npm", "install", "-g", "--prefix", prefix, ...quiet, "./client");
		const command = join(
			prefix,
			...(process.platform === "win32" ? ["ambient16.cmd"] : ["bin", "ambient16"]),
		);
		assert.match(run(folder, command, "help"), /^ambient16: talk to an Ambient16 sensor/);
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

	describe("is typed where modules are resolved", () => {
		const program = (effect: string) =>
			'import { RefusedError, type SecureSensor, Sensor, type Window } from "ambient16";\n' +
			`await new Sensor("http://localhost").setColor("blue", { effect: "${effect}" });\n` +
			"export const window: Window | null = (await new Sensor('http://localhost').data()).window;\n" +
			"export const code = (error: RefusedError): string => error.code;\n" +
			"export const set = (sensor: SecureSensor) => sensor.setAuth({ md5: false });\n";
		const [, example = ""] =
			/^```ts\n([\s\S]*?)^```/m.exec(readFileSync(join(ROOT, "client", "README.md"), "utf8")) ?? [];

		for (const [resolution, module] of [
			["node16", "node16"],
			["nodenext", "nodenext"],
			["bundler", "esnext"],
		] as const)
			test(`as ${resolution} does: what is right, README included, and not what is wrong`, () => {
				assert.match(example, /from "ambient16"/);
				const programs = {
					"right.ts": program("solid"),
					"example.ts": example,
					"wrong.ts": program("flicker"),
				};
				for (const [name, text] of Object.entries(programs)) writeFileSync(join(folder, name), text);
				const { stdout } = spawnSync(
					process.execPath,
					[
						TYPESCRIPT,
						...["--noEmit", "--pretty", "false", "--strict", "--target", "es2022", "--types", ""],
						...["--module", module, "--moduleResolution", resolution],
						...Object.keys(programs),
					],
					{ cwd: folder, encoding: "utf8" },
				);
				assert.match(stdout.trim(), /^wrong\.ts\(2,.*"flicker".*$/);
			});
	});
});
