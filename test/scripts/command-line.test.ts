import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { type Scope, temporaryFolder } from "../support/desk";

/** Runs a script of package.json; what it says, and how it ends. */
function run(script: string, args: string[], env: NodeJS.ProcessEnv = {}) {
	const { status, stderr } = spawnSync(process.execPath, [`scripts/${script}.mjs`, ...args], {
		env: { ...process.env, ...env },
		encoding: "utf8",
	});
	return { status, lines: stderr.trimEnd().split("\n") };
}

const SCRIPTS = [
	["start"],
	["sim"],
	["sim", "--headless"],
	["esp32", "esp32c3"],
	["esp32", "--flash", "esp32c3"],
	["esp32-check"],
	["release", "desktop"],
	["keygen"],
] as const;

for (const [script, ...args] of SCRIPTS)
	test(`${[script, ...args].join(" ")}: an option that it does not know is told in one line`, () => {
		const { status, lines } = run(script, [...args, "--bogus"]);
		assert.notEqual(status, 0);
		assert.equal(lines.length, 1, lines.join("\n"));
		assert.match(lines[0] as string, /'--bogus'/);
	});

/** Files with what the scripts look at in the SDK and in ESP-IDF, of such versions. */
function installed(t: Scope, sdk: string, idf: string): { MODDABLE: string; IDF_PATH: string } {
	const folder = temporaryFolder(t);
	const [major, minor, patch] = idf.split(".");
	const mcconfig = { linux: "lin", darwin: "mac", win32: "win" }[process.platform as "linux"];
	const files: Record<string, string> = {
		"sdk/xs/includes/xs.h": "",
		"sdk/tools/VERSION": `${sdk}\n`,
		[`sdk/build/bin/${mcconfig}/release/mcconfig`]: "",
		"sdk/build/devices/esp32/manifest.json": '{"build":{"EXPECTED_ESP_IDF":"v6.0"}}',
		"idf/export.sh": "",
		"idf/tools/cmake/version.cmake": `set(IDF_VERSION_MAJOR ${major})\nset(IDF_VERSION_MINOR ${minor})\nset(IDF_VERSION_PATCH ${patch})\n`,
	};
	for (const [path, text] of Object.entries(files)) {
		mkdirSync(dirname(join(folder, path)), { recursive: true });
		writeFileSync(join(folder, path), text);
	}
	return { MODDABLE: join(folder, "sdk"), IDF_PATH: join(folder, "idf") };
}

const onWindows = { skip: process.platform === "win32" && "the SDK of this test has no .exe" };

test("another version of the SDK is refused with the one that is needed", onWindows, (t) => {
	const env = installed(t, "10.0.2", "6.0.0");
	for (const script of [["sim"], ["esp32-check"], ["esp32", "esp32c3"]] as const) {
		const [name, ...args] = script;
		const { status, lines } = run(name, [...args], env);
		assert.equal(status, 1);
		assert.deepEqual(lines, [
			`Moddable's SDK in ${env.MODDABLE} is 10.0.2; 8.2.3 is needed: see docs/hardware.md.`,
		]);
	}
});

test("another version of ESP-IDF is refused with the one that the SDK expects", onWindows, (t) => {
	const env = installed(t, "8.2.3", "6.1.0");
	const { status, lines } = run("esp32", ["esp32c3"], env);
	assert.equal(status, 1);
	assert.deepEqual(lines, [`ESP-IDF in ${env.IDF_PATH} is v6.1.0; v6.0 is needed: see docs/hardware.md.`]);
});

const cc = spawnSync("cc", ["--version"]).error || spawnSync("make", ["--version"]).error;
const simulated = {
	skip: process.platform !== "linux" ? "the simulator of this test is Linux's" : cc && "needs cc and make",
};

test(
	"a wrong setting of the simulator, and a port that is taken, are told in one line before anything is built",
	simulated,
	async (t) => {
		const server = createServer();
		await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
		t.after(() => server.close());
		const { port } = server.address() as AddressInfo;
		const free = { ...installed(t, "8.2.3", "6.0.0"), AMBIENT16_PORT: "0", AMBIENT16_HTTPS_PORT: "0" };
		for (const [env, line] of [
			[{ AMBIENT16_PORT: "80a" }, "AMBIENT16_PORT must be a whole number from 0 to 65535"],
			[{ AMBIENT16_PORT: `${port}` }, `Port ${port} is taken: set AMBIENT16_PORT to another one.`],
			[
				{ AMBIENT16_HTTPS_PORT: `${port}` },
				`Port ${port} is taken: set AMBIENT16_HTTPS_PORT to another one.`,
			],
		] as const) {
			const { status, lines } = run("sim", ["--headless"], { ...free, ...env });
			assert.equal(status, 1);
			assert.deepEqual(lines, [line]);
		}
	},
);

test("a key that is none is told in one line", (t) => {
	const folder = temporaryFolder(t);
	const key = join(folder, "key.pem");
	writeFileSync(key, "no key");
	const { lines } = run("release", ["desktop", "--base", "https://example.org", "--key", key]);
	assert.deepEqual(lines, [`${key} holds no private key.`]);
});
