import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { startDesk } from "../support/desk";

/** The commands of the README's "Try it", in order. */
function commands(): string[] {
	const text =
		readFileSync("README.md", "utf8")
			.split(/^## /m)
			.find((part) => part.startsWith("Try it")) ?? "";
	return [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map((match) => match[1] as string);
}

/** Tools that the README takes for granted and this machine may lack, or have too old. */
function missing(): string | undefined {
	const works = (tool: string, ...args: string[]) => spawnSync(tool, args).status === 0;
	if (!works("bash", "--version")) return "bash";
	if (!works("curl", "--json", "{}", "--version")) return "curl 7.82 or later";
	if (!works("openssl", "version")) return "openssl";
	if (!works("md5sum", "--version")) return "md5sum";
	return undefined;
}

const lacking = missing();

test("the lines of the README work as they stand", {
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
		timeout: 60_000,
	});
	assert.equal(status, 0, stderr);
	const lines = stdout.trim().split("\n");
	assert.equal(lines.length, 9, stdout);
	const [identity, paired, blue, orange, proof, recomputed, fingerprint, seen, settings] = lines as [
		string,
		string,
		string,
		string,
		string,
		string,
		string,
		string,
		string,
	];
	assert.equal(JSON.parse(identity).udid, desk.udid);
	assert.equal(JSON.parse(paired).pair.paired, true);
	assert.equal(JSON.parse(blue).setColor.color, "#0000ff");
	assert.equal(JSON.parse(orange).setColor.effect, "breathe");
	assert.equal(proof.split('"').at(-1), recomputed.split(" ").at(-1));
	assert.equal(seen.split("=").at(-1), fingerprint);
	assert.equal(JSON.parse(settings).setHttps.enabled, false);
});
