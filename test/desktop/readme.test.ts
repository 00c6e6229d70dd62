import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Scope, startDesk, temporaryFolder } from "../support/desk";

const README = readFileSync("README.md", "utf8");

function section(title: string): string {
	return README.split(/^## /m).find((part) => part.startsWith(title)) ?? "";
}

/** What is another each time: which device, where, what it measures. The rest of a line is as it stands. */
function mask(text: string): string {
	return (
		text
			// Both in one line, or on a machine without network the first alone.
			.replaceAll(/(https?:\/\/)\S+?:\d+\/ {2}\1\S+/g, "$1HOST/")
			.replaceAll(/(https?:\/\/)[\w.]+:\d+\/?/g, "$1HOST/")
			.replaceAll(/ --url \S+ --https \S+/g, "")
			.replaceAll(/1000[0-9a-f]{8}/g, "UDID")
			.replaceAll(/\/\S*(?=\/\.config\/)/g, "HOME")
			.replaceAll(/(?<=^ {2}data {3})\S+$/gm, "FOLDER")
			.replaceAll(/(?<=panel .*\()its usual port is taken; /g, "")
			.replaceAll(/(?<=node scripts\/start\.mjs).*$/gm, "")
			.replaceAll(/^(\w+) +[\d.]+ (.{3}) {2}[▁-█]+$/gm, "$1 NUMBER $2 CHART")
			.trim()
	);
}

/** Each command of the README's "Four commands", with what it says that the command prints. */
function transcript(): [command: string, output: string][] {
	const blocks = [...section("Four commands").matchAll(/^```console\n([\s\S]*?)^```/gm)];
	return blocks.flatMap(([, block = ""]) =>
		[...block.matchAll(/^\$ (.*)\n((?:(?!\$ ).*\n)*)/gm)].map(
			([, command = "", output = ""]) => [command, output] as [string, string],
		),
	);
}

/** Runs a command until it has written what `enough` waits for. */
function run(scope: Scope, command: string, env: NodeJS.ProcessEnv, enough: (output: string) => boolean) {
	const [file = "", ...args] = command.split(" ");
	const child = spawn(file, args, { env: { ...process.env, ...env }, detached: true });
	scope.after(async () => {
		if (child.exitCode !== null) return;
		// npm, and what it has started.
		process.kill(-(child.pid as number), "SIGINT");
		await new Promise((gone) => child.once("close", gone));
	});
	return new Promise<string>((resolve) => {
		let output = "";
		const take = (chunk: Buffer) => {
			output += chunk;
			if (enough(output)) resolve(output);
		};
		child.stdout.on("data", take);
		child.stderr.on("data", take);
		child.on("close", () => resolve(output));
	});
}

test("the four commands of the README print what it says", {
	skip: process.platform === "win32" && "signals to a group of processes",
	timeout: 600_000,
}, async (t) => {
	const [[start, started], ...others] = transcript() as [[string, string], ...[string, string][]];
	const home = temporaryFolder(t);
	const env = { HOME: home, XDG_CONFIG_HOME: "", AMBIENT16_UUID: "", npm_config_loglevel: "error" };
	const ports = "--port 0 --https-port 0 --panel-port 0 --clock-rate 10";
	const device = await run(t, `${start} -- ${ports} --data ${temporaryFolder(t)}`, env, (output) =>
		/ambient16 -- pair.*\n/.test(output),
	);
	assert.equal(mask(device.replace(/^[\d:]{8} .*$/gm, "")), mask(started));
	const where = /--url \S+ --https \S+/.exec(device)?.[0];
	assert.equal(others.length, 3);
	for (const [command, output] of others) {
		const lines = output.split("\n").length;
		const printed = await run(t, `${command} ${where}`, env, (it) => it.split("\n").length >= lines);
		assert.equal(mask(printed), mask(output), command);
	}
});

/** The commands of the README's "Try it", in order. */
function commands(): string[] {
	return [...section("Try it").matchAll(/^```sh\n([\s\S]*?)^```/gm)].map((match) => match[1] as string);
}

/** What the README says that they print, a line each. */
function answers(): string[] {
	return [...section("Try it").matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)]
		.filter(([, language]) => language !== "sh")
		.flatMap(([, , lines = ""]) => lines.trim().split("\n"));
}

/** The keys and fixed values of an answer: numbers, and what is another on each device, are masked. */
function shape(line: string): string {
	return (
		line
			.replaceAll(/1000[0-9a-f]{8}/g, "UDID")
			.replaceAll(/"token":"[a-z]{8}"/g, '"token":TOKEN')
			.replaceAll(/"https":\d+/g, '"https":PORT')
			.replaceAll(/\b[0-9a-f]{64}\b|[0-9a-f]{8}…/g, "HEX")
			// As some versions of openssl call it.
			.replace(/^SHA256(?=\(stdin\))/, "SHA2-256")
			.replaceAll(/"window":(null|\{[^}]*\})/g, '"window":WINDOW')
	);
}

/** Tools that the README takes for granted and this machine may lack, have not. */
function missing(): string | undefined {
	const works = (tool: string, ...args: string[]) => spawnSync(tool, args).status === 0;
	if (!works("bash", "--version")) return "bash";
	if (!works("curl", "--version")) return "curl";
	if (!works("openssl", "version")) return "openssl";
	return undefined;
}

const lacking = missing();

test("the lines of the README work as they stand, and print what it says", {
	skip: lacking && `this machine lacks ${lacking}`,
}, async (t) => {
	const desk = await startDesk(t);
	const script = commands()
		.join("")
		.replaceAll("http://localhost:8080", desk.http)
		.replaceAll("https://localhost:8443", desk.https)
		.replaceAll("localhost:8443", new URL(desk.https).host);
	const { stdout, stderr, status } = spawnSync("bash", ["-e", "-c", script], {
		encoding: "utf8",
		timeout: 600_000,
	});
	assert.equal(status, 0, stderr);
	const lines = stdout.trim().split("\n");
	assert.deepEqual(lines.map(shape), answers().map(shape));
	const [, , , , proof = "", recomputed = "", fingerprint = "", seen = ""] = lines;
	assert.equal(proof.split('"').at(-1), recomputed.split(" ").at(-1));
	assert.equal(seen.split("=").at(-1), fingerprint);
});

test("no page has a line that an older curl does not take", () => {
	// Of curl 7.82 (2022); Debian 11 and Ubuntu 22.04 have older ones (OliveTin#462).
	for (const page of ["README.md", "client/README.md", ...readdirSync("docs").map((name) => `docs/${name}`)])
		if (page.endsWith(".md")) assert.doesNotMatch(readFileSync(page, "utf8"), /curl .*--json/, page);
});

test("the pages that the README links to are there", () => {
	for (const [, path = ""] of README.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)|(?:src|srcset)="([^"]+)"/g))
		if (path) assert.ok(readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url))).length > 0);
});
